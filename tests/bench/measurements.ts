/** In the order in which they are made: later ones use what earlier ones left behind. */
export const measurementNames = [
  'dump-to-nowhere',
  'dump-to-zstd',
  'plain-upload',
  'backup-1',
  'verify',
  'replicate',
  'backup-3',
  'fan-out-1',
  'fan-out-3',
  'restore',
  'all-at-once',
  'restic',
  'pgbackrest',
  'raw-queue',
  'no-op-runs',
] as const;
export type MeasurementName = (typeof measurementNames)[number];

/** What one measurement found. Absent facts were not measured or do not apply. */
export interface Figures {
  seconds: number;
  /** Of the dump, uncompressed. */
  plaintextBytes?: number;
  /** User and system time of the worker and the programs that it started; of the program itself for floors and peers. */
  cpuSeconds?: number;
  /** CPU of stores, Postgres and Redis meanwhile: on one machine they take part in the race. */
  serverCpuSeconds?: number;
  /** Peak of the worker's own memory, without the programs that it started. */
  peakRssBytes?: number;
  /** 99th percentile of the time between two turns of the worker's event loop, which is sampled every 10 ms. */
  loopDelayP99Ms?: number;
  storedBytes?: number;
  /** To stores and from them, over the wire. */
  sentBytes?: number;
  receivedBytes?: number;
  /** Runs of job kinds, or jobs. */
  runs?: number;
  /** More that is worth knowing. */
  detail?: Record<string, number>;
}

export interface Measured extends Figures {
  /** One-minute load average of the machine before the measurement began: what others did. */
  loadBefore: number;
  startedAt: string;
  /** `startedAt` of the call of `pnpm bench` that made it: ratios are of figures of the same one. */
  session: string;
}

export interface Result {
  name: MeasurementName;
  /** Empty when it could not be made; then `missing` says why. */
  repetitions: Measured[];
  missing?: string;
}

/** Thrown by a measurement that this machine has no program for. */
export class NotInstalled extends Error {}
