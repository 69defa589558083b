import type { CbcrClient } from '@cbcr/client';
import type { CliEnvironment } from '@cbcr/config';
import type { Clock } from '@cbcr/domain';
import type { Composition } from './compose.ts';
import type { Output, ServerAddress } from './output/output.ts';

/** What it takes to wait for something and to tell about it. */
export interface Waiting {
  out: Output;
  clock: Clock;
  /** Aborts when the person interrupts (Ctrl-C). */
  signal: AbortSignal;
}

/** What every command gets: where to write, and how to reach the scheduler and everything else outside of it. */
export interface Cli extends Waiting {
  /** Where `-` reads from. */
  stdin: AsyncIterable<unknown>;
  /** Absolute. */
  currentFolder: string;
  /** Throws `config.environment-invalid`; read when needed, so that help works with a broken environment. */
  environment(): CliEnvironment;
  /** The local stack that `--stack` names. */
  stackName(): string | undefined;
  /** The client of the scheduler that the environment or the local stack names. Throws `stack.not-running` when neither does. */
  connect(): Promise<CbcrClient>;
  /** That scheduler's address, which names no secret. */
  server(): ServerAddress;
  /** Heavy parts, loaded by the commands that need them. */
  parts: Composition;
}
