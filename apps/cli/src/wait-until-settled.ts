import type { CbcrClient, DebtView, PointView, RegionView } from '@cbcr/client';
import { askPatiently } from './ask-patiently.ts';
import type { Waiting } from './cli.ts';

const pollMs = 250;
/** A next attempt that is further away is nothing to wait for at a terminal. */
const patienceMs = 30_000;

/**
 * Waits until every copy of a point is verified, or is owed for a reason that will not go away by itself soon: its region is not up, it
 * is blocked, or the next attempt is far away. Such a debt is repaid later, without anybody.
 */
export async function waitUntilSettled(
  { out, clock, signal }: Waiting,
  client: Pick<CbcrClient, 'getPoint' | 'listRegions'>,
  pointId: string,
): Promise<PointView> {
  const line = out.progress();
  try {
    for (;;) {
      const [point, regions] = await askPatiently({ clock, signal }, () => Promise.all([client.getPoint(pointId), client.listRegions()]));
      line.update(describeCopiesInWork(point));
      if (point.debts.every((debt) => isLongDebt(debt, point, regions, clock.now()))) return point;
      await clock.sleep(pollMs, { signal });
    }
  } finally {
    line.end();
  }
}

function isLongDebt({ region, nextAttemptAt }: DebtView, { copies }: PointView, regions: readonly RegionView[], now: Date): boolean {
  if (regions.find(({ id }) => id === region)?.health.state !== 'up') return true;
  if (copies.find((copy) => copy.region === region)?.state === 'blocked') return true;
  return nextAttemptAt !== null && new Date(nextAttemptAt).getTime() - now.getTime() > patienceMs;
}

function describeCopiesInWork({ copies }: PointView): string {
  const verified = copies.filter(({ state }) => state === 'verified').map(({ region }) => region);
  const others = copies.filter(({ state }) => state !== 'verified').map(({ region, state }) => `${region} ${state}`);
  return [`verify  ${verified.length} of ${copies.length} copies verified`, verified.join(', '), ...others].filter(Boolean).join('  ');
}
