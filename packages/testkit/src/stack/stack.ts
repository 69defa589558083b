import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CbcrError, type Clock, systemClock } from '@cbcr/domain';
import type { Environment } from '../processes/environment.ts';
import { checkoutFolder, findVersitygw } from '../processes/find-program.ts';
import { removeDataFolder } from '../servers/postgres/data-folder.ts';
import { endOutage, startOutage } from './region-outage.ts';
import { type StackRegion, sampleRegions } from './sample-regions.ts';
import type { StackContext, StackProgram } from './stack-context.ts';
import { withStackLock } from './stack-lock.ts';
import { stackPaths } from './stack-paths.ts';
import { createStackSecrets } from './stack-secrets.ts';
import { openStateFile, readStackState, type StackState } from './stack-state.ts';
import { describeStackStatus, type StackStatus } from './stack-status.ts';
import { startStack } from './start-stack.ts';
import { stopStack } from './stop-stack.ts';

export interface StackOptions {
  /** The state folder, `.cbcr` of the checkout or the current folder. */
  folder: string;
  /** Tells several stacks in one folder apart. */
  name?: string;
  /** Where regions keep objects; S3 when its server is installed, file system otherwise. Fixed when the stack is made. */
  store?: 's3' | 'fs' | undefined;
  environment: Environment;
  /** Prepares the schema of the catalog at this address; must do nothing when it is prepared. */
  migrate: (databaseUrl: string) => Promise<void>;
  regions?: readonly StackRegion[];
  workersPerRegion?: number;
  programs?: StackContext['programs'];
  onProgress?: (line: string) => void;
  /** Hears the address of the customer's database as soon as it can be used, while the rest still starts. */
  onCustomerReady?: (url: string) => void;
  clock?: Clock;
}

export interface UpResult {
  /** All was running: nothing was done. */
  wasRunning: boolean;
  /** Names of the processes that were started. */
  started: string[];
  /** What the user should know, one sentence each. */
  notes: string[];
}

/**
 * The local stack: real servers, a scheduler and workers as processes that outlive the command that starts them. Every call may come from
 * another process; state.json knows the rest.
 */
export interface Stack {
  readonly folder: string;
  /** Starts what does not run, on the data that are there. Errors: stack.start-failed, stack.program-missing; what this call started is stopped again. */
  up(): Promise<UpResult>;
  /** Stops all processes; with `wipe` removes the data as well. Does nothing when there is no stack. */
  down(options?: { wipe?: boolean }): Promise<void>;
  status(): StackStatus;
  /** SIGKILL for the region's store and workers; a file system region's folder becomes unreachable. Errors: stack.not-running, region.not-found. */
  outage(regionId: string): Promise<void>;
  /** Ends the outage with the same data and addresses. */
  recover(regionId: string): Promise<void>;
}

export function createStack(options: StackOptions): Stack {
  const { folder, name = 'default', clock = systemClock } = options;
  const paths = stackPaths(folder, name);
  const contextOf = (state: StackState): StackContext => ({
    paths,
    clock,
    file: openStateFile(paths.state, state),
    environment: options.environment,
    migrate: options.migrate,
    programs: options.programs ?? defaultPrograms,
    onProgress: options.onProgress ?? (() => {}),
    onCustomerReady: options.onCustomerReady ?? (() => {}),
  });
  const locked = <Result>(work: () => Promise<Result>) => withStackLock(paths.lock, clock, work);
  const requireRunning = () => {
    const state = readStackState(paths.state);
    if (!state?.isWanted) throw new CbcrError('stack.not-running', { folder });
    return contextOf(state);
  };

  return {
    folder: paths.folder,
    up: () =>
      locked(async () => {
        const notes: string[] = [];
        const state = readStackState(paths.state) ?? createState(name, options, notes);
        if (options.store !== undefined && options.store !== state.store) {
          throw new CbcrError('usage.invalid', {
            cause: `The stack ${name} exists with ${state.store} regions; remove it with --wipe first`,
          });
        }
        return { ...(await startStack(contextOf(state))), notes };
      }),
    down: ({ wipe = false } = {}) =>
      locked(async () => {
        const state = readStackState(paths.state);
        if (state !== undefined) await stopStack(contextOf(state));
        if (!wipe) return;
        for (const server of ['catalog', 'customer']) await removeDataFolder(join(paths.servers, server));
        await rm(paths.folder, { recursive: true, force: true, maxRetries: 3 });
      }),
    status: () => describeStackStatus(readStackState(paths.state), paths),
    outage: (regionId) => locked(() => startOutage(requireRunning(), regionId)),
    recover: (regionId) => locked(() => endOutage(requireRunning(), regionId)),
  };
}

const serviceProgram = (path: string): StackProgram => ({ command: process.execPath, args: [join(checkoutFolder, 'apps', path)] });
const defaultPrograms = { scheduler: serviceProgram('scheduler/src/main.ts'), worker: serviceProgram('worker/src/main.ts') };

function createState(
  name: string,
  { store, environment, regions = sampleRegions, workersPerRegion = 1 }: StackOptions,
  notes: string[],
): StackState {
  const hasS3 = findVersitygw(environment) !== undefined;
  if (store === 's3' && !hasS3) throw new CbcrError('stack.program-missing', { program: 'versitygw (the S3 server)' });
  if (store === undefined && !hasS3) {
    notes.push('versitygw (the S3 server) is not installed: regions keep their objects in folders. ./scripts/setup brings it.');
  }
  return {
    version: 1,
    name,
    store: store ?? (hasS3 ? 's3' : 'fs'),
    regions: regions.map(({ id, jurisdictions }) => ({ id, jurisdictions: [...jurisdictions] })),
    workersPerRegion,
    isWanted: false,
    outages: [],
    ports: {},
    processes: {},
    secrets: createStackSecrets(regions.map(({ id }) => id)),
  };
}
