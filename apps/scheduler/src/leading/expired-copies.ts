import type { Catalog, DueCopyCursor } from '@cbcr/catalog';
import type { Clock, InstanceId } from '@cbcr/domain';
import { planExpired, type TransferTuning } from '@cbcr/operations';
import type { Logger } from '@cbcr/telemetry';
import type { Turns } from './turns.ts';

interface ExpiredCopiesDependencies {
  catalog: Catalog;
  clock: Clock;
  tuning: TransferTuning;
  logger: Logger;
}

const dueAtOnce = 2_000;
/** What the gate refused is asked about again after this time: it stays due as long as it is there. */
const askAgainMs = 60_000;

/** Marks what has expired by the rules, instance by instance. Reads by index what is due, and nothing else. */
export function createExpiredCopies(
  { catalog, clock, tuning, logger }: ExpiredCopiesDependencies,
  turns: Turns,
  requestedBy: string,
): () => Promise<void> {
  let after: DueCopyCursor | null = null;
  const asked = new Map<InstanceId, { againAtMs: number; said: string }>();
  return async () => {
    const due = await catalog.retention.dueCopies(clock.now(), dueAtOnce, after);
    // Page by page, and from the beginning again: what the gate refuses does not keep others from being seen.
    after = due.length < dueAtOnce ? null : (due.at(-1) ?? null);
    for (const instance of new Set(due.map((copy) => copy.instance))) await turns.take({ instance }, () => mark(instance));
  };

  async function mark(instance: InstanceId): Promise<void> {
    const before = asked.get(instance);
    if (before !== undefined && clock.monotonicMs() < before.againAtMs) return;
    // Also when asking fails: one instance that cannot be judged keeps none of the others.
    asked.set(instance, { againAtMs: clock.monotonicMs() + askAgainMs, said: before?.said ?? '' });
    const { planned, stopped } = await planExpired({ catalog, clock, tuning }, instance, { requestedBy, dryRun: false });
    const marked = planned.filter((one) => one.marked).map(({ point, region }) => `${point}/${region}`);
    if (marked.length > 0) logger.info({ instance, copies: marked }, 'copies have expired');
    const said = stopped.map(({ text }) => text).join('; ');
    if (said !== '' && said !== before?.said)
      logger.warn({ instance, reasons: stopped }, 'nothing of the instance expires until somebody confirms it');
    // What expires next of an instance of which nothing was refused need not wait.
    const isAllMarked = planned.length > 0 && marked.length === planned.length;
    asked.set(instance, { againAtMs: clock.monotonicMs() + (isAllMarked ? 0 : askAgainMs), said });
  }
}
