import type { Duration, Lock, LockMode } from '@cbcr/domain';

/** What a lock demands of copies in one region. */
export interface LockTerms {
  readonly mode: LockMode;
  /** Absent: only as long as the rules of retention are certain to keep the copy. */
  readonly for: Duration | undefined;
  /** At least as long as the rules of retention are certain to keep the copy. Always so without `for`. */
  readonly whileKept: boolean;
}

/** What is demanded of copies in a region, or (null) in all that the lock does not name; null: no lock. What is said for the region comes first. */
export function lockIn(lock: Lock | undefined, region: string | null): LockTerms | null {
  const own = region === null ? undefined : new Map(Object.entries(lock?.regions ?? {})).get(region);
  const mode = own?.mode ?? lock?.mode;
  if (mode === undefined) return null;
  const length = own?.for ?? lock?.for;
  return { mode, for: length, whileKept: length === undefined || (own?.whileKept ?? lock?.whileKept ?? false) };
}

/** The regions that it names, and (null) all others, as far as it locks there. */
export const placesOf = (lock: Lock | undefined): { region: string | null; terms: LockTerms }[] =>
  [null, ...Object.keys(lock?.regions ?? {})].flatMap((region) => {
    const terms = lockIn(lock, region);
    return terms === null ? [] : [{ region, terms }];
  });

/** Both demands at once, in every region: the stricter mode, the longer time. */
export function stricterLock(a: Lock, b: Lock): Lock {
  const both = (region: string | null) => [lockIn(a, region), lockIn(b, region)].filter((terms) => terms !== null).reduce(stricterTerms);
  const named = [...new Set([a, b].flatMap(({ regions = {} }) => Object.keys(regions)))].sort();
  const everywhere = (a.mode ?? b.mode) === undefined ? null : both(null);
  return {
    ...(everywhere !== null && written(everywhere)),
    ...(named.length > 0 && { regions: Object.fromEntries(named.map((region) => [region, written(both(region), everywhere)])) }),
  };
}

/** A lock without a length of its own lasts as long as the copy is kept: that is asked besides the length of the other, whichever is longer. */
const stricterTerms = (a: LockTerms, b: LockTerms): LockTerms => ({
  mode: a.mode === 'compliance' ? a.mode : b.mode,
  for: a.for === undefined || (b.for !== undefined && b.for.ms > a.for.ms) ? b.for : a.for,
  whileKept: a.whileKept || b.whileKept,
});

/** What a region does not say for itself is taken from what is said for everywhere: there a `false` has to be said. */
const written = ({ mode, for: length, whileKept }: LockTerms, everywhere: LockTerms | null = null) => ({
  mode,
  ...(length !== undefined && { for: length, ...((whileKept || everywhere?.whileKept === true) && { whileKept }) }),
});

export const describeLock = (lock: Lock): string =>
  placesOf(lock)
    .map(({ region, terms }) => `${describeTerms(terms)}${region === null ? '' : ` in ${region}`}`)
    .join(', ');

function describeTerms({ mode, for: length, whileKept }: LockTerms): string {
  if (length === undefined) return `${mode} as long as it is kept`;
  return `${mode} for ${length.text}${whileKept ? ', or as long as it is kept' : ''}`;
}
