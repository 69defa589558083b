/**
 * Bandwidth: limits of links, regions and workers, shared fairly by all workers of all processes through leases in Redis, and within a
 * process by priority. `createThrottle` spends (workers), `createLimitBook` publishes (whoever leads), `limitsSchema` reads `cbcr.yaml`.
 *
 * Must never fail open: without Redis each worker keeps to its share of the last known limits. Must never save up what was not used, hold more
 * than one lease that waits, decide a limit by the clock or configuration of one worker, or import a sibling.
 */

export { type Limit, limitSchema } from './limits/limit.ts';
export { createLimitBook, type LimitBook, type LimitBookOptions, type LimitInForce } from './limits/limit-book.ts';
export { type LimitName, type Limits, type Link, limitNameSchema, limitsSchema } from './limits/limits.ts';
export { formatRate, parseRate, type Rate } from './limits/rate.ts';
export { rateAt } from './limits/rate-at.ts';
export type { LaneState, SpendOptions } from './local/link-lane.ts';
export type { Priority } from './local/priority.ts';
export { priorities } from './local/priority.ts';
export { createThrottle, type Throttle, type ThrottleOptions } from './throttle.ts';
