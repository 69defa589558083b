/**
 * The budget of "never above 1.1 times the rate in any one second", in milliseconds' worth of the rate: `graceMs` of catching up in
 * Redis, `latenessMs` of catching up in a worker, and slices (a quarter of a lease, at most 13) leave 27 for the way from the queue to the socket, and for a far end that is late itself.
 */
export const graceMs = 20;
export const latenessMs = 40;

/**
 * All leases of a link that wait for their time make about one round, and each worker's lease is one share of it. A round is longer when many
 * share it, so that a lease is worth waking up for, and longer than the way to Redis and back, or the next lease would come too late. Never so
 * long that a change waits for a second.
 */
export const roundMs = 100;
export const longestRoundMs = 400;
export const shortestLeaseMs = 25;

/** How long an answer is believed while nothing limits: a change must be visible within a second. */
export const freshMs = 350;
export const staleMs = 800;
