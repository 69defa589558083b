import type { RegionId } from '@cbcr/domain';
import type { TransferEstimate } from './estimate-transfer.ts';

/** A copy that may be read, with the facts that decide its rank. */
export interface Source {
  region: RegionId;
  verified: boolean;
  up: boolean;
  local: boolean;
  estimate: TransferEstimate | null;
  /** How long reading from it would take, as far as that tells it from the others; null: unknown. */
  seconds: number | null;
}

const unknownLast = (value: number | null | undefined): number => value ?? Number.POSITIVE_INFINITY;
const ascending = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
const yesFirst = (a: boolean, b: boolean): number => Number(b) - Number(a);

/** Steps of a tenth; below a second all is as fast. What is measured is never equal, and a difference that is noise must not outweigh a price. */
const pace = (seconds: number): number => Math.round(Math.log(Math.max(seconds, 1)) / Math.log(1.1));
/** Steps of twice as far; below 10 ms all is as near. */
const distance = (latencyMs: number): number => Math.floor(Math.log2(Math.max(latencyMs, 10) / 10));

/** The order of reading, most weighty rule first. Adding a rule is a line here. */
const comparisons: readonly ((a: Source, b: Source) => number)[] = [
  (a, b) => yesFirst(a.verified, b.verified),
  (a, b) => yesFirst(a.up, b.up),
  (a, b) => yesFirst(a.local, b.local),
  (a, b) => ascending(pace(unknownLast(a.seconds)), pace(unknownLast(b.seconds))),
  (a, b) => ascending(distance(unknownLast(a.estimate?.latencyMs)), distance(unknownLast(b.estimate?.latencyMs))),
  (a, b) => ascending(unknownLast(a.estimate?.price), unknownLast(b.estimate?.price)),
  (a, b) => ascending(unknownLast(a.seconds), unknownLast(b.seconds)),
  (a, b) => ascending(unknownLast(a.estimate?.latencyMs), unknownLast(b.estimate?.latencyMs)),
  (a, b) => (a.region < b.region ? -1 : 1),
];

export function compareSources(a: Source, b: Source): number {
  for (const compare of comparisons) {
    const order = compare(a, b);
    if (order !== 0) return order;
  }
  return 0;
}
