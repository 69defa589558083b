import type { CbcrError, Clock } from '@cbcr/domain';
import { createLastKnown } from './lease/last-known.ts';
import type { LeaseSource } from './lease/lease-source.ts';
import { createRedisLeaseSource } from './lease/redis-lease-source.ts';
import { createSteadyLeaseSource } from './lease/steady-lease-source.ts';
import type { Limits, Link } from './limits/limits.ts';
import { createLinkLane, type LaneState, type LinkLane, type SpendOptions } from './local/link-lane.ts';
import { paceBody, takeSlices } from './pace.ts';
import { connectRedis, hangUp } from './redis-connection.ts';
import { defaultNamespace, redisKeysOf } from './redis-keys.ts';

export interface ThrottleOptions {
  readonly redisUrl: string;
  readonly clock: Clock;
  /** Unique among all running processes: two of the same name would get the share of one. */
  readonly workerId: string;
  /** Keeps several installations on one Redis apart. */
  readonly namespace?: string | undefined;
  /**
   * For a process that never reached Redis: the limits of its own `cbcr.yaml`, and by how many workers they are divided (16 when absent;
   * name the largest number that ever shares one link).
   */
  readonly unheard: { readonly limits: Limits; readonly workers?: number | undefined };
  /** Hears of the first error of every outage of Redis. */
  onError?(error: CbcrError): void;
  /** Hears when limits begin to be kept without Redis, and when with it again. */
  onDegraded?(degraded: boolean): void;
}

/**
 * Bandwidth of links, shared by all workers of all processes. Every byte keeps all limits that hold for it: of its link, of the region it
 * leaves, of the region it enters, and of this worker.
 */
export interface Throttle {
  /**
   * Resolves when `bytes` may be moved. Right on average; but bytes that are then moved at once come at once: to keep every second
   * below its limit, give bodies through `pace`. Rejects with the signal's reason, or `throttle.closed`.
   */
  take(link: Link, bytes: number, options: SpendOptions): Promise<void>;
  /**
   * Gives a body in pieces (views, a quarter of a lease each; while nothing limits, what passes in a quarter of a second, which may be the
   * whole) as fast as they may be moved. Leaving the loop early withdraws what is still waited for. Rejects as `take`.
   */
  pace(link: Link, body: Uint8Array | AsyncIterable<Uint8Array>, options: SpendOptions): AsyncIterable<Uint8Array>;
  /**
   * Nothing limits this link now, as far as is known: bytes need not be given through `pace`. Asked before every piece, a limit takes effect in
   * the middle of a body. False as long as nothing is known.
   */
  passes(link: Link): boolean;
  /** What each link that was used by this process met last. */
  states(): readonly { readonly link: Link; readonly state: LaneState }[];
  /** Limits are kept from what was last known, because Redis is away or knows none. */
  readonly isDegraded: boolean;
  /** Those who wait get `throttle.closed`. */
  close(): void;
}

const workersUnheard = 16;

export function createThrottle(options: ThrottleOptions): Throttle {
  const { clock, workerId, namespace = defaultNamespace, unheard, onDegraded } = options;
  const redis = connectRedis(options);
  const closing = new AbortController();
  const remote = createRedisLeaseSource({ redis, keys: redisKeysOf(namespace), workerId, clock });
  const share = { limits: unheard.limits, workers: unheard.workers ?? workersUnheard };
  const lastKnown = createLastKnown({ workerId, clock, unheard: share });
  const source = createSteadyLeaseSource({
    remote,
    lastKnown,
    clock,
    signal: closing.signal,
    ...(onDegraded === undefined ? {} : { onDegraded }),
  });
  const lanes = createLanes(source, clock);
  return {
    take: async (link, bytes, spend) => await takeSlices(lanes.of(link), bytes, spend),
    pace: (link, body, spend) => paceBody(lanes.of(link), body, spend),
    passes: (link) => lanes.of(link).passes(),
    states: () => lanes.list().map(({ link, lane }) => ({ link, state: lane.state })),
    get isDegraded() {
      return source.degraded;
    },
    close() {
      closing.abort(new Error('closed'));
      for (const { lane } of lanes.list()) lane.close();
      hangUp(redis);
    },
  };
}

function createLanes(source: LeaseSource, clock: Clock) {
  const lanes = new Map<string, { link: Link; lane: LinkLane }>();
  return {
    list: () => [...lanes.values()],
    of(link: Link): LinkLane {
      const key = `${link.source}->${link.target}`;
      const known = lanes.get(key);
      if (known !== undefined) return known.lane;
      const lane = createLinkLane({ clock, ask: (wantBytes) => source.request(link, wantBytes) });
      lanes.set(key, { link, lane });
      return lane;
    },
  };
}
