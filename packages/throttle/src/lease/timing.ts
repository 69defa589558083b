/**
 * The budget of "never above 1.1 times the rate in any one second", in milliseconds' worth of the rate: `graceMs` of catching up in
 * Redis, `latenessMs` of catching up in a worker, and what is cut into slices (a quarter of a lease, at most 13) stay below 100 together.
 */
export const graceMs = 25;
export const latenessMs = 50;

/** All leases of a link that wait for their time make about one round: each worker's lease is one share of it. */
export const roundMs = 100;
/** A round must be longer than the way to Redis and back, or the next lease comes too late. */
export const longestRoundMs = 400;

/** How long an answer is believed while nothing limits: a change must be visible within a second. */
export const freshMs = 350;
export const staleMs = 800;
