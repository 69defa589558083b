import type { CbcrClient, PointView } from '@cbcr/client';
import type { Cli } from './cli.ts';

const pollMs = 250;

/**
 * Waits until every copy of a point is verified, or is owed by a region that is not up: such a debt is repaid when the region is back, and
 * nobody should wait for that at a terminal.
 */
export async function waitUntilSettled({ out, clock, signal }: Cli, client: CbcrClient, pointId: string): Promise<PointView> {
  const line = out.progress();
  try {
    for (;;) {
      const [point, regions] = await Promise.all([client.getPoint(pointId), client.listRegions()]);
      const isUp = (id: string) => regions.find((region) => region.id === id)?.health.state === 'up';
      const open = point.debts.filter((debt) => isUp(debt.region));
      const verified = point.copies.filter((copy) => copy.state === 'verified');
      line.update(
        `verify  ${verified.length} of ${point.copies.length} copies verified: ${verified.map((copy) => copy.region).join(', ')}`,
      );
      if (open.length === 0) return point;
      await clock.sleep(pollMs, { signal });
    }
  } finally {
    line.end();
  }
}
