import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readMachineEnvironment } from '@cbcr/config';
import { CbcrError, isCbcrError } from '@cbcr/domain';
import type { Stack } from '@cbcr/testkit';
import type { Cli } from '../cli.ts';
import { locateStateFolder } from '../local-stack/find-stack.ts';
import { readStack, type StackFacts } from '../output/describe-stack.ts';
import { createNarration, type Narration, type StepRow } from './narrate.ts';
import { backUp } from './steps/back-up.ts';
import { backUpInOutage } from './steps/back-up-in-outage.ts';
import { compare } from './steps/compare.ts';
import { registerInstance } from './steps/register-instance.ts';
import { repayDebt } from './steps/repay-debt.ts';
import { restoreElsewhere } from './steps/restore-elsewhere.ts';
import { startStack } from './steps/start-stack.ts';

export interface QuickstartOptions {
  name: string;
  keep: boolean;
  store: 's3' | 'fs' | undefined;
  megabytes: number;
}

export interface QuickstartReport {
  steps: readonly StepRow[];
  seconds: number;
  /** Of the stack, which is gone unless it was kept. */
  stack: StackFacts;
  kept: boolean;
}

/**
 * The main job of CBCR on real servers, told step by step. The stack is its own and is removed at the end, whatever the end is, unless it is
 * kept; after a failure the logs stay.
 */
export async function runQuickstart(cli: Cli, options: QuickstartOptions): Promise<QuickstartReport> {
  const { clock, out } = cli;
  const stateFolder = locateStateFolder(cli);
  const beganMs = clock.monotonicMs();
  const narration = createNarration(cli);
  let stack: Stack | undefined;
  try {
    await tellStory(cli, narration, stateFolder, options, (started) => {
      stack = started;
    });
    const seconds = (clock.monotonicMs() - beganMs) / 1000;
    return { steps: narration.rows, seconds, stack: readStack(stateFolder, options.name), kept: options.keep };
  } catch (error) {
    if (cli.signal.aborted) throw error;
    out.say(`\n${out.style('red', '✗')} failed: ${narration.current}`);
    if (stack === undefined) throw error;
    const logs = options.keep ? stack.folder : saveLogs(stack, stateFolder);
    out.say(`  the logs are in ${logs}`);
    throw options.keep ? error : nameSavedLog(error, logs);
  } finally {
    if (stack !== undefined && !options.keep) {
      out.say('\nthe stack is taken down and removed (--keep leaves it running)');
      await stack.down({ wipe: true });
    }
  }
}

async function tellStory(
  cli: Cli,
  { step }: Narration,
  stateFolder: string,
  options: QuickstartOptions,
  onStack: (stack: Stack) => void,
): Promise<void> {
  const start = { ...options, stateFolder, environment: readMachineEnvironment() };
  const running = await step('start a local stack of real servers', () => startStack(cli, start, onStack));
  const registered = await step("protect the customer's database", () => registerInstance(running));
  const captured = await step('back it up: one capture, a copy in every placed region', () => backUp(registered));
  const outage = await step('lose a region, and back up again', () => backUpInOutage(captured));
  const restored = await step('restore in another region, from the best surviving copy', () => restoreElsewhere(outage));
  const compared = await step('compare the restored database with its source', () => compare(restored));
  await step('bring the region back: the debt is repaid by itself', () => repayDebt(compared));
}

/** The error names a log that goes away with the stack. */
function nameSavedLog(error: unknown, folder: string): unknown {
  if (!isCbcrError(error, 'stack.start-failed')) return error;
  const { process = '', cause = '', log = '' } = error.facts;
  return new CbcrError('stack.start-failed', { process, cause, log: join(folder, basename(String(log))) }, { cause: error });
}

/** The stack's folder goes away; its logs are what explains a failure. */
function saveLogs(stack: Stack, stateFolder: string): string {
  const folder = join(stateFolder, 'failed-quickstart');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const { logFile } of stack.status().processes) {
    if (logFile !== null && existsSync(logFile)) copyFileSync(logFile, join(folder, basename(logFile)));
  }
  return folder;
}
