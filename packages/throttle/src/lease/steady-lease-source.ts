import type { Clock } from '@cbcr/domain';
import type { Link } from '../limits/limits.ts';
import type { LastKnown } from './last-known.ts';
import type { LeaseAnswer, LeaseSource } from './lease-source.ts';
import type { RemoteLeaseSource } from './redis-lease-source.ts';

export interface SteadyLeaseSourceOptions {
  readonly remote: RemoteLeaseSource;
  readonly lastKnown: LastKnown;
  readonly clock: Clock;
  /** Ends the attempts to reach Redis. */
  readonly signal: AbortSignal;
  /** Hears when leases begin to come from what was last known, and when they come from Redis again. */
  onDegraded?(degraded: boolean): void;
}

const probeMs = 200;
/** Others may not be back yet and keep to their shares: so does this worker, until all had the time to come. */
const settleMs = 3_000;

/**
 * Leases of Redis while it answers and knows limits; else a share of what was last known, at once and without waiting for a
 * connection. Comes back by itself.
 */
export function createSteadyLeaseSource(options: SteadyLeaseSourceOptions): LeaseSource & { readonly degraded: boolean } {
  const { remote, lastKnown, clock, signal, onDegraded } = options;
  let degraded = false;
  let settledAtMs = Number.NEGATIVE_INFINITY;

  const probe = async () => {
    while (degraded) {
      await clock.sleep(probeMs, { signal, unref: true });
      const limits = await remote.readLimits().catch(() => null);
      if (limits === null) continue;
      lastKnown.learnLimits(limits);
      settledAtMs = clock.monotonicMs() + settleMs;
      degraded = false;
      onDegraded?.(false);
    }
  };
  const degrade = () => {
    if (degraded || signal.aborted) return;
    degraded = true;
    onDegraded?.(true);
    // Ends with the signal alone.
    probe().catch(() => undefined);
  };
  const askRemote = async (link: Link, wantBytes: number): Promise<LeaseAnswer | null> => {
    const answered = await remote.request(link, wantBytes);
    if ('kind' in answered) return null;
    lastKnown.learnSharers(link, answered.sharers);
    if (!lastKnown.knows(answered.revision)) {
      const limits = await remote.readLimits();
      if (limits !== null) lastKnown.learnLimits(limits);
    }
    return answered.answer;
  };

  return {
    get degraded() {
      return degraded;
    },
    async request(link, wantBytes) {
      if (degraded) return lastKnown.grant(link, wantBytes);
      const answer = await askRemote(link, wantBytes).catch(() => null);
      if (answer === null) {
        degrade();
        return lastKnown.grant(link, wantBytes);
      }
      if (answer.kind !== 'lease') return answer;
      if (clock.monotonicMs() >= settledAtMs) {
        lastKnown.learnLease(link, answer);
        return answer;
      }
      const share = lastKnown.grant(link, answer.bytes, answer.startMs);
      return share.kind === 'lease' ? share : answer;
    },
  };
}
