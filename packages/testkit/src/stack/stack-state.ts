import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { ProcessRecord } from '../processes/process-record.ts';

const recordSchema = z.object({
  name: z.string(),
  pid: z.int().positive(),
  identity: z.string(),
  logFile: z.string(),
  stopSignal: z.enum(['SIGTERM', 'SIGINT']),
});

/** What a stack must remember to be found, healed and stopped by a later command. Holds secrets: the file is its owner's alone. */
const stateSchema = z.object({
  version: z.literal(1),
  name: z.string(),
  store: z.enum(['s3', 'fs']),
  regions: z.array(z.object({ id: z.string(), jurisdictions: z.array(z.string()) })).min(1),
  workersPerRegion: z.int().min(1),
  /** The user wants it to run: a process that is gone has died, and was not stopped. */
  isWanted: z.boolean(),
  /** Regions that were taken down on purpose. */
  outages: z.array(z.string()),
  /** By process name; kept across restarts, so that addresses stay. */
  ports: z.record(z.string(), z.int()),
  processes: z.record(z.string(), recordSchema),
  secrets: z.object({
    token: z.string(),
    sealKey: z.string(),
    keys: z.record(z.string(), z.string()),
    redisPassword: z.string(),
    postgresPassword: z.string(),
    s3AccessKey: z.string(),
    s3SecretKey: z.string(),
  }),
});
export type StackState = z.infer<typeof stateSchema>;

/** Undefined when there is no such stack. */
export function readStackState(file: string): StackState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  return stateSchema.parse(JSON.parse(text));
}

/** The state of one command, written to disk with every change: whatever kills us, the processes can be found again. */
export interface StateFile {
  readonly state: StackState;
  change(edit: (state: StackState) => void): void;
  recordProcess(record: ProcessRecord): void;
}

export function openStateFile(file: string, state: StackState): StateFile {
  const write = () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  };
  const change = (edit: (state: StackState) => void) => {
    edit(state);
    write();
  };
  return {
    state,
    change,
    recordProcess: (record) =>
      change((changed) => {
        changed.processes[record.name] = record;
      }),
  };
}
