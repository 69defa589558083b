import type { Clock } from '@cbcr/domain';
import type { Environment } from '../processes/environment.ts';
import { isPortFree } from '../processes/free-port.ts';
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

/** The port that the process had before, if nobody has taken it since. */
export async function findFormerPort({ file }: StackContext, name: string): Promise<number | undefined> {
  const former = file.state.ports[name];
  return former !== undefined && (await isPortFree(former)) ? former : undefined;
}

/** Waits for all, also when one fails, so that nothing is still being started when the caller cleans up. */
export async function settleAll(work: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
