import { randomBytes } from 'node:crypto';
import { openCatalog } from '@cbcr/catalog';
import { createIdFactory, type RecoveryPointId, recoveryPointIdSchema, regionIdSchema, systemClock } from '@cbcr/domain';
import { createTestDatabase } from '@cbcr/testkit';
import type { Figures } from '../measurements.ts';
import { startBackups } from './backups.ts';
import { measureRuns, untilEnded, untilMade, untilProtected } from './measure-run.ts';
import type { System } from './system.ts';

/** As much as one worker takes on at a time: a backup, a restore, two verifications and two replications of the same size. */
export async function measureAllAtOnce(system: System): Promise<Figures> {
  const { client, file, regions } = system;
  await system.setCopies({});
  const guests = await makePoints(system, ['guest-1', 'guest-2']);
  const moving = await makePoints(system, ['moving-1', 'moving-2']);
  const [guest] = guests;
  if (guest === undefined) throw new Error('two points were made');
  const target = await createTestDatabase(file.customerAdminUrl);
  try {
    const { figures, runs } = await measureRuns(system, `worker-${regions.second}`, async () => {
      const restore = await client.startRestore({ instance: 'guest-1', point: guest.point, to: regions.second, target: target.url });
      const backups = await startBackups(system, 'guest-1');
      await system.setCopies({ moving: 2 });
      await askVerification(system, guests);
      const made = [
        ...moving.map((at) => untilMade(system, { ...at, kind: 'replicate' })),
        ...guests.map((at) => untilMade(system, { ...at, kind: 'verify' })),
      ];
      return [restore.id, ...backups, ...(await Promise.all(made))];
    });
    for (const { instance } of [...guests, ...moving]) await untilProtected(system, instance);
    return { ...figures, detail: { ...figures.detail, jobs: runs.length } };
  } finally {
    await target.drop();
  }
}

interface Point {
  instance: string;
  point: RecoveryPointId;
}

async function makePoints(system: System, instances: readonly string[]): Promise<Point[]> {
  const points: Point[] = [];
  for (const instance of instances) {
    const [id] = await startBackups(system, instance);
    const run = await untilEnded(system, String(id));
    await untilProtected(system, instance);
    points.push({ instance, point: recoveryPointIdSchema.parse((run.result as { point: string }).point) });
  }
  return points;
}

/** Says in the catalog that the copies were not read back; the reconciler has that done again. */
async function askVerification({ file, regions }: System, points: readonly Point[]): Promise<void> {
  const clock = systemClock;
  const ids = createIdFactory(clock, randomBytes);
  const catalog = openCatalog({ url: file.databaseUrl, clock, ids, applicationName: 'cbcr bench', onError: () => undefined });
  try {
    const region = regionIdSchema.parse(regions.second);
    for (const { point } of points) {
      await catalog.copies.askVerification({ point, region, reason: { rule: 'measured', text: 'the copy is read back to measure it' } });
    }
  } finally {
    await catalog.close();
  }
}
