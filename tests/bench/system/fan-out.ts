import { join } from 'node:path';
import { measureProcess } from '../measure/measure-process.ts';
import type { Figures } from '../measurements.ts';

export interface FanOutOrder {
  /** Of the database. */
  url: string;
  regions: number;
  toolFolder: string;
  scratchFolder: string;
}
export interface FanOutReport {
  seconds: number;
  plaintextBytes: number;
}

export const measureFanOut = (order: FanOutOrder): Promise<Figures> =>
  measureProcess<FanOutReport>(join(import.meta.dirname, 'fan-out-process.ts'), order);
