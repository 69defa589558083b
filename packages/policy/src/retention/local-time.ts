const dayMs = 86_400_000;

/** Where a moment stands in a calendar of its place. */
export interface LocalTime {
  /** Days since 1970-01-01 of that calendar. */
  day: number;
  /** 0 to 23. */
  hour: number;
  /** Of local time from UTC. */
  offsetMs: number;
}

const readers = new Map<string, (ms: number) => LocalTime>();

/** Reads moments in an IANA time zone. What it works out about a zone is kept, so that a million moments cost a few thousand questions. */
export function localTimeIn(timeZone: string): (ms: number) => LocalTime {
  const known = readers.get(timeZone);
  if (known !== undefined) return known;
  const offsetAt = createOffsets(timeZone);
  const read = (ms: number): LocalTime => {
    const offsetMs = offsetAt(ms);
    const local = ms + offsetMs;
    const day = Math.floor(local / dayMs);
    return { day, hour: Math.floor((local - day * dayMs) / 3_600_000), offsetMs };
  };
  readers.set(timeZone, read);
  return read;
}

function createOffsets(timeZone: string): (ms: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  const ask = (ms: number): number => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN;
    const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
    return local - Math.floor(ms / 1000) * 1000;
  };
  /** By the number of a UTC day: its offset, or null for a day on which the clocks change. */
  const days = new Map<number, number | null>();
  return (ms) => {
    const day = Math.floor(ms / dayMs);
    let offset = days.get(day);
    if (offset === undefined) {
      const first = ask(day * dayMs);
      offset = first === ask((day + 1) * dayMs) ? first : null;
      days.set(day, offset);
    }
    return offset ?? ask(ms);
  };
}
