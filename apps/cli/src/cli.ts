import type { CbcrClient } from '@cbcr/client';
import type { Clock } from '@cbcr/domain';
import type { Output } from './output/output.ts';

/** What every command gets: where to write, and how to reach the scheduler. */
export interface Cli {
  out: Output;
  clock: Clock;
  /** Aborts when the person interrupts (Ctrl-C). */
  signal: AbortSignal;
  /** The client of the scheduler that the environment or the local stack names. Throws `stack.not-running` when neither does. */
  connect(): CbcrClient;
}
