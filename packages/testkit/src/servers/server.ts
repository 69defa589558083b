import type { Clock } from '@cbcr/domain';
import type { Environment } from '../processes/environment.ts';
import { isProcessAlive, killProcess, type ProcessRecord, stopProcess } from '../processes/process-record.ts';
import type { Lifetime } from '../processes/spawn-process.ts';
import { startAgain } from '../processes/start-ready.ts';

/** Options that all servers share. */
export interface ServerOptions {
  /** Holds the server's data and its log; made when missing. A server started again on the same folder finds its data. */
  folder: string;
  /** Names the process and its log; two servers in one folder need two names. */
  name?: string;
  /** Without it a free port is chosen. */
  port?: number | undefined;
  /** `guarded` (the default): ends with this process. `detached`: survives it. */
  lifetime?: Lifetime;
  /** Tests: `inject('serverEnvironment')`. */
  environment: Environment;
  clock?: Clock;
  /** Called as soon as the process exists, before it serves. */
  onSpawn?: (record: ProcessRecord) => void;
}

/** A server that runs as a child process on 127.0.0.1. */
export interface Server {
  port: number;
  logFile: string;
  /** The process that runs now; another one after `restart`. */
  record(): ProcessRecord;
  isAlive(): boolean;
  /** SIGKILL: an outage. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data; resolves when it serves. Stops it first when it still runs. */
  restart(): Promise<void>;
  /** Clean shutdown; the data stay. */
  stop(): Promise<void>;
}

/** Turns "start the program" into a server that can be killed and started again. */
export function createServerHandle(first: ProcessRecord, port: number, start: () => Promise<ProcessRecord>): Server {
  let record = first;
  return {
    port,
    logFile: first.logFile,
    record: () => record,
    isAlive: () => isProcessAlive(record),
    kill: () => killProcess(record),
    restart: async () => {
      await stopProcess(record);
      record = await startAgain(start);
    },
    stop: async () => {
      await stopProcess(record);
    },
  };
}
