/** Wall-clock time somewhere. */
export interface ZonedTime {
  /** Monday is 0. */
  readonly weekday: number;
  /** Since midnight by the clock on the wall, 0 to 1439. */
  readonly minute: number;
}

const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const numeric = 'numeric' as const;
  const parts = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric } as const;
  const made = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', era: 'short', ...parts });
  formats.set(timeZone, made);
  return made;
}

/** How far the clock on the wall is ahead of UTC at this moment, in milliseconds. */
export function zoneOffsetMs(timeZone: string, atMs: number): number {
  const wholeSecondMs = Math.floor(atMs / 1000) * 1000;
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(wholeSecondMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  const wallMs = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wallMs - wholeSecondMs;
}

export function zonedTime(timeZone: string, atMs: number): ZonedTime {
  const wallMs = atMs + zoneOffsetMs(timeZone, atMs);
  // 1 January 1970 was a Thursday.
  const weekday = (((Math.floor(wallMs / dayMs) + 3) % 7) + 7) % 7;
  const minute = Math.floor((((wallMs % dayMs) + dayMs) % dayMs) / 60_000);
  return { weekday, minute };
}
