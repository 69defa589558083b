import type { Clock } from '@cbcr/domain';
import type { Redis } from 'ioredis';
import { type Gate, gatesOf, type Link } from '../limits/limits.ts';
import { decodeLimits, type PublishedLimits } from '../limits/published-limits.ts';
import { firstAttempt } from '../redis-connection.ts';
import type { RedisKeys } from '../redis-keys.ts';
import { createRedisScript } from '../redis-script.ts';
import { answerCode, leaseScript } from './lease-script.ts';
import type { LeaseAnswer } from './lease-source.ts';
import { graceMs, longestRoundMs, roundMs, shortestLeaseMs } from './timing.ts';

/** `unknown`: Redis holds no limits, because it lost them or nobody published any yet. */
type RemoteAnswer =
  | { readonly kind: 'unknown' }
  | { readonly answer: LeaseAnswer; readonly revision: number; readonly sharers: readonly number[] };

/** The truth, when it can be reached: both calls reject while Redis is away. */
export interface RemoteLeaseSource {
  /** `sharers`: how many share each gate of the link, in the order of `gatesOf`; 0 where no limit is. */
  request(link: Link, wantBytes: number): Promise<RemoteAnswer>;
  readLimits(): Promise<PublishedLimits | null>;
}

export interface RemoteLeaseSourceOptions {
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly workerId: string;
  readonly clock: Clock;
}

/** A lease that starts later than this is not promised: limits may change before. */
const longestWaitMs = 600;
const pauseRetryMs = 250;
const tripsToTrust = 5;

export function createRedisLeaseSource({ redis, keys, workerId, clock }: RemoteLeaseSourceOptions): RemoteLeaseSource {
  const run = createRedisScript(redis, leaseScript());
  const trip = createTripTime();

  return {
    async request(link, wantBytes) {
      const gates = gatesOf(link, workerId);
      await firstAttempt(redis);
      const sentMs = clock.monotonicMs();
      const round = Math.min(Math.max(roundMs, roundMs / 2 + 1.5 * trip.shortestMs()), longestRoundMs);
      const timing = [round, longestRoundMs, shortestLeaseMs, graceMs, longestWaitMs].map((ms) => Math.round(ms * 1000));
      const member = `${workerId}|${link.source}->${link.target}`;
      const args = [member, Math.ceil(wantBytes), ...timing, ...gates.flatMap(({ name, general }) => [name, general])];
      const raw = await run(keysOf(keys, gates), args);
      const receivedMs = clock.monotonicMs();
      return readAnswer(raw, trip.answeredAtMs(sentMs, receivedMs));
    },
    readLimits: async () => decodeLimits(await redis.hgetall(keys.limits)),
  };
}

const keysOf = (keys: RedisKeys, gates: readonly Gate[]) => [
  keys.limits,
  ...gates.flatMap(({ name }) => [keys.moment(name), keys.members(name)]),
];

function readAnswer(raw: unknown, answeredAtMs: number): RemoteAnswer {
  if (!Array.isArray(raw)) throw new TypeError('the lease script answered with something else than a list');
  const [code = 0, revision = 0, waitUs = 0, durationUs = 0, bytes = 0, quantumBytes = 0, ...sharers] = raw.map(Number);
  switch (code) {
    case answerCode.unlimited:
      return { answer: { kind: 'unlimited' }, revision, sharers };
    case answerCode.paused:
    case answerCode.busy:
      return { answer: { kind: 'wait', paused: code === answerCode.paused, retryAfterMs: pauseRetryMs }, revision, sharers };
    case answerCode.lease: {
      const startMs = answeredAtMs + waitUs / 1000;
      return { answer: { kind: 'lease', bytes, startMs, durationMs: durationUs / 1000, quantumBytes }, revision, sharers };
    }
    default:
      return { kind: 'unknown' };
  }
}

/**
 * When did Redis answer? An answer that took longer than the shortest trip may have waited in this busy process: its lease began
 * that much earlier. The shortest trip grows slowly, so that a route that became longer is believed in the end. The first trips,
 * made while the process starts, prove nothing: their answers count as given when they were asked for.
 */
function createTripTime() {
  let shortest = Number.POSITIVE_INFINITY;
  let trips = 0;
  return {
    shortestMs: () => (trips === 0 ? 0 : shortest),
    answeredAtMs(sentMs: number, receivedMs: number): number {
      const took = receivedMs - sentMs;
      shortest = Math.min(took, shortest * 1.02 + 0.01);
      trips += 1;
      return trips < tripsToTrust ? sentMs : receivedMs - (took - shortest);
    },
  };
}
