import type { JobsOptions } from 'bullmq';

// A finished job must not stay: its id would block the next wake-up of the same run. The catalog remembers, Redis does not.
export const wakeUpJobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const satisfies JobsOptions;
