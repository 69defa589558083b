import { createTestDatabase } from '@cbcr/testkit';
import type { Figures } from '../measurements.ts';
import { measureRuns } from './measure-run.ts';
import type { System } from './system.ts';

/** Into an empty database on the customer's server, by the home region's worker, with the two jobs that are the default. */
export async function measureRestore(system: System, point: string): Promise<Figures> {
  const { client, file, regions } = system;
  const { plaintextBytes, storedBytes } = await client.getPoint(point);
  const target = await createTestDatabase(file.customerAdminUrl);
  try {
    const { figures } = await measureRuns(system, `worker-${regions.home}`, async () => [
      (await client.startRestore({ instance: 'one', point, to: regions.home, target: target.url })).id,
    ]);
    return { ...figures, plaintextBytes, storedBytes };
  } finally {
    await target.drop();
  }
}
