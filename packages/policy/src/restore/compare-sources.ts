import type { RegionId } from '@cbcr/domain';
import type { TransferEstimate } from './estimate-transfer.ts';

/** A copy that may be read, with the facts that decide its rank. */
export interface Source {
  region: RegionId;
  verified: boolean;
  up: boolean;
  local: boolean;
  estimate: TransferEstimate | null;
}

const unknownLast = (value: number | null | undefined): number => value ?? Number.POSITIVE_INFINITY;
const ascending = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
const yesFirst = (a: boolean, b: boolean): number => Number(b) - Number(a);

/** The order of reading, most weighty rule first. Adding a rule is a line here. */
const comparisons: readonly ((a: Source, b: Source) => number)[] = [
  (a, b) => yesFirst(a.verified, b.verified),
  (a, b) => yesFirst(a.up, b.up),
  (a, b) => yesFirst(a.local, b.local),
  (a, b) => ascending(unknownLast(a.estimate?.seconds), unknownLast(b.estimate?.seconds)),
  (a, b) => ascending(unknownLast(a.estimate?.latencyMs), unknownLast(b.estimate?.latencyMs)),
  (a, b) => ascending(unknownLast(a.estimate?.price), unknownLast(b.estimate?.price)),
  (a, b) => (a.region < b.region ? -1 : 1),
];

export function compareSources(a: Source, b: Source): number {
  for (const compare of comparisons) {
    const order = compare(a, b);
    if (order !== 0) return order;
  }
  return 0;
}
