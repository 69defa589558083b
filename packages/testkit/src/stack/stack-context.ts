import type { Clock } from '@cbcr/domain';
import type { Environment } from '../processes/environment.ts';
import { isPortFree } from '../processes/free-port.ts';
import { waitUntil } from '../processes/wait-until.ts';
import type { StackPaths } from './stack-paths.ts';
import type { StateFile } from './stack-state.ts';

/** A program of the product. */
export interface StackProgram {
  command: string;
  args: readonly string[];
}

export interface StackContext {
  paths: StackPaths;
  file: StateFile;
  environment: Environment;
  clock: Clock;
  programs: { scheduler: StackProgram; worker: StackProgram };
  /** Prepares the catalog's schema; called before services start. */
  migrate: (databaseUrl: string) => Promise<void>;
  /** Hears what is being done: one line of text each. */
  onProgress: (line: string) => void;
  onCustomerReady: (url: string) => void;
}

const portPatienceMs = 5_000;

/**
 * The port that the process had before, if nobody has taken it since. A process that died may leave it a moment later, and somebody who looks for a free port
 * may hold it for a moment: another port would cost everybody who knows this one a restart.
 */
export async function findFormerPort({ file, clock }: StackContext, name: string): Promise<number | undefined> {
  const former = file.state.ports[name];
  if (former === undefined) return undefined;
  return (await waitUntil(() => isPortFree(former), { deadlineMs: portPatienceMs, clock })) ? former : undefined;
}

/** Waits for all, also when one fails, so that nothing is still being started when the caller cleans up. */
export async function settleAll(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
