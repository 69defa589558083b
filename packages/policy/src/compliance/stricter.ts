import type { Duration } from '@cbcr/domain';

/** The shorter of what the policy and the framework say; undefined when neither says anything. */
export const shorter = (a: Duration | undefined, b: Duration | undefined): Duration | undefined =>
  a === undefined || (b !== undefined && b.ms < a.ms) ? b : a;

/** The longer of what the policy and the framework say; undefined when neither says anything. */
export const longer = (a: Duration | undefined, b: Duration | undefined): Duration | undefined =>
  a === undefined || (b !== undefined && b.ms > a.ms) ? b : a;
