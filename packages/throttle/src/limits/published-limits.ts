import type { LimitName, Limits } from './limits.ts';
import { limitNameSchema } from './limits.ts';
import type { Rate } from './rate.ts';
import { planTimetable, rateIn, type Timetable } from './timetable.ts';

/** Limits as they lie in Redis: worked out to instants, so that all workers, by the clock of Redis, agree. */
export interface PublishedLimits {
  readonly revision: number;
  readonly timetables: ReadonlyMap<LimitName, Timetable>;
}

export function planLimits(limits: Limits, revision: number, now: Date): PublishedLimits {
  const names = Object.keys(limits).map((name) => limitNameSchema.parse(name));
  return { revision, timetables: new Map(names.flatMap((name) => planned(name, limits, now))) };
}

function planned(name: LimitName, limits: Limits, now: Date): [LimitName, Timetable][] {
  const limit = limits[name];
  return limit === undefined ? [] : [[name, planTimetable(limit, now)]];
}

/** What holds under one of several names; the first that is limited decides. */
export function rateOf({ timetables }: PublishedLimits, names: readonly LimitName[], atMs: number): Rate {
  const decides = names.find((name) => timetables.has(name));
  const timetable = decides === undefined ? undefined : timetables.get(decides);
  return timetable === undefined ? 'unlimited' : rateIn(timetable, atMs);
}

/** `fromMs=bytesPerSecond;…`, where -1 is unlimited and 0 is paused. */
export function encodeTimetable(timetable: Timetable): string {
  const number = (rate: Rate) => (rate === 'unlimited' ? -1 : rate === 'paused' ? 0 : Number(rate.toFixed(3)));
  return timetable.map(({ fromMs, rate }) => `${fromMs}=${number(rate)}`).join(';');
}

export function decodeTimetable(text: string): Timetable {
  return text.split(';').map((entry) => {
    const [fromMs = 0, rate = 0] = entry.split('=').map(Number);
    return { fromMs, rate: rate < 0 ? 'unlimited' : rate === 0 ? 'paused' : rate };
  });
}

/** The fields of the hash in Redis; null when none were published. */
export function decodeLimits(fields: Readonly<Record<string, string>>): PublishedLimits | null {
  const { revision, ...rest } = fields;
  if (revision === undefined) return null;
  const timetables = new Map<LimitName, Timetable>();
  for (const [field, text] of Object.entries(rest)) {
    const name = limitNameSchema.safeParse(field);
    if (name.success) timetables.set(name.data, decodeTimetable(text));
  }
  return { revision: Number(revision), timetables };
}
