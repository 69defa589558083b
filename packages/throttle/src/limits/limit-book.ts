import type { Clock } from '@cbcr/domain';
import { connectRedis, firstAttempt, hangUp, type RedisConnectionOptions, unreachable } from '../redis-connection.ts';
import { defaultNamespace, redisKeysOf } from '../redis-keys.ts';
import { createRedisScript } from '../redis-script.ts';
import type { LimitName, Limits } from './limits.ts';
import { decodeLimits, encodeTimetable, planLimits } from './published-limits.ts';
import type { Rate } from './rate.ts';
import { rateIn } from './timetable.ts';

export interface LimitBookOptions extends RedisConnectionOptions {
  readonly clock: Clock;
  /** Keeps several installations on one Redis apart. */
  readonly namespace?: string | undefined;
}

/** One limit as it holds now. */
export interface LimitInForce {
  readonly name: LimitName;
  readonly rate: Rate;
  /** Workers (of a region: workers and their links) that asked within the last 1.5 s; 0 for a name that ends in `*`. */
  readonly sharers: number;
}

/**
 * The limits in Redis: what workers go by. The catalog and `cbcr.yaml` are the truth; this is their publication, which may be lost with Redis
 * and must be renewed by whoever leads, at its start, at each change and every few seconds.
 */
export interface LimitBook {
  /**
   * Replaces all limits, within a second for every worker. `revision` must grow with every change: an older one changes nothing
   * (`superseded`), so that a publisher that slept cannot raise a limit. The same one renews the timetables of windows, which reach 14 days.
   * Error: queue.unreachable.
   */
  publish(limits: Limits, revision: number): Promise<'published' | 'superseded'>;
  /** null: nothing is published. Error: queue.unreachable. */
  read(): Promise<{ readonly revision: number; readonly limits: readonly LimitInForce[] } | null>;
  close(): void;
}

/** KEYS: the limits. ARGV: revision, then fields and values. Fields of the past go, so that what is no longer limited is free. */
const publishScript = `
local known = redis.call('HGET', KEYS[1], 'revision')
if known and tonumber(known) > tonumber(ARGV[1]) then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'revision', ARGV[1])
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
return 1
`;

export function createLimitBook(options: LimitBookOptions): LimitBook {
  const { clock, namespace = defaultNamespace } = options;
  const redis = connectRedis(options);
  const keys = redisKeysOf(namespace);
  const publish = createRedisScript(redis, publishScript);
  const edge = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    try {
      await firstAttempt(redis);
      return await work();
    } catch (error) {
      throw unreachable(error);
    }
  };

  return {
    async publish(limits, revision) {
      const { timetables } = planLimits(limits, revision, clock.now());
      const fields = [...timetables].flatMap(([name, timetable]) => [name, encodeTimetable(timetable)]);
      return await edge(async () => ((await publish([keys.limits], [revision, ...fields])) === 1 ? 'published' : 'superseded'));
    },
    async read() {
      return await edge(async () => {
        const published = decodeLimits(await redis.hgetall(keys.limits));
        if (published === null) return null;
        const nowMs = clock.now().getTime();
        const entries = [...published.timetables];
        const activeSince = nowMs * 1000 - 1_500_000;
        const sharers = await Promise.all(entries.map(([name]) => redis.zcount(keys.members(name), activeSince, '+inf')));
        const limits = entries.map(([name, timetable], i) => ({ name, rate: rateIn(timetable, nowMs), sharers: sharers[i] ?? 0 }));
        return { revision: published.revision, limits };
      });
    },
    close: () => hangUp(redis),
  };
}
