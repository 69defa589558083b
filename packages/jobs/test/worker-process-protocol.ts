import type { RuntimeTiming } from '../src/runtime-timing.ts';

/** What the test sends to a worker process. */
export type ToWorker =
  | {
      readonly type: 'start';
      readonly workerId: string;
      readonly redisUrl: string;
      readonly namespace: string;
      readonly timing: Partial<RuntimeTiming>;
    }
  | { readonly type: 'close'; readonly deadlineMs: number }
  | { readonly type: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly type: 'refusal'; readonly call: number; readonly lost: boolean; readonly message: string };

/** What a worker process asks of the test's ledger, over the channel between parent and child. */
export interface FromWorker {
  readonly call: number;
  readonly method: string;
  readonly args: readonly unknown[];
}
