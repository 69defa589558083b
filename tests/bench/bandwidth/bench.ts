import type { Rate } from '@cbcr/throttle';
import type { Sink } from './sink.ts';

/** What a measurement works with. */
export interface Bench {
  readonly sink: Sink;
  readonly redisUrl: string;
  /** The limit of the link, under a name of its own for each measurement. */
  publish(rate: Rate): Promise<{ namespace: string; change(rate: Rate): Promise<unknown>; close(): void }>;
}
