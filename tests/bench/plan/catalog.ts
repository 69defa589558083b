/**
 * `pnpm bench:plan-from-catalog [instances] [points]`: what it costs to plan a change of a whole fleet whose points lie in a real catalog. The
 * time for 10,000 instances with 400 points each is extrapolated from the time of a point, and marked so.
 */
import { execFile } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { migrateCatalog, openCatalog } from '@cbcr/catalog';
import { readMachineEnvironment } from '@cbcr/config';
import { createIdFactory, systemClock } from '@cbcr/domain';
import { createTemporaryFolder, createTestDatabase, startPostgres } from '@cbcr/testkit';
import postgres from 'postgres';
import { z } from 'zod';
import { fillCatalog } from './fill-catalog.ts';
import { makeRulebook } from './made-up-fleet.ts';

const answerSchema = z.object({
  ...{ instances: z.number(), points: z.number(), affected: z.number() },
  ...{ planningMs: z.number(), totalMs: z.number(), cpuMs: z.number(), peakBytes: z.number() },
});
const say = (line: string) => void process.stdout.write(`${line}\n`);
const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
const promised = 10_000 * 400;

const [instances = 1_000, points = 400] = process.argv.slice(2).map(Number);
const folder = await createTemporaryFolder();
const server = await startPostgres({ folder: folder.path, environment: readMachineEnvironment() });
try {
  const { url } = await createTestDatabase(server.adminUrl);
  await migrateCatalog({ url, clock: systemClock });
  const ids = createIdFactory(systemClock, (size) => new Uint8Array(size));
  const catalog = openCatalog({ url, clock: systemClock, ids, applicationName: 'bench', onError: () => undefined });
  await catalog.applyConfig({ ...makeRulebook({ copies: 3, allowed: ['NORTH', 'SOUTH'] }), instances: [] }, 'bench');
  await catalog.close();
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  const from = systemClock.monotonicMs();
  await fillCatalog(sql, { instances, points });
  await sql.end();
  say(
    `${cpus().length} cores, ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}, node ${process.version}; filled in ${seconds(systemClock.monotonicMs() - from)}`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'catalog-process.ts'), url]);
  const answer = answerSchema.parse(JSON.parse(stdout));
  say(`${answer.instances} instances, ${answer.points} points with 3 copies each; ${answer.affected} instances affected`);
  say(`plan ${seconds(answer.totalMs)}, of it deciding ${seconds(answer.planningMs)}; CPU of the process ${seconds(answer.cpuMs)}`);
  say(`peak memory ${(answer.peakBytes / 1024 ** 2).toFixed(0)} MiB`);
  say(`extrapolated to ${promised} points: ${seconds((answer.totalMs / answer.points) * promised)}`);
} finally {
  await server.stop();
  await folder.remove();
}
