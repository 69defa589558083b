import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Catalog } from '@cbcr/catalog';
import { createTestCatalog, type TestCatalog } from '@cbcr/catalog/testing';
import { type Clock, type InstanceId, instanceIdSchema, type RegionId, regionIdSchema } from '@cbcr/domain';
// biome-ignore lint/plugin/test-kit: the stage of tests
import { createTemporaryFolder } from '@cbcr/testkit';

/** Regions have names that no other test uses: all tests share one Redis, and a region's name is part of its keys. */
export interface SchedulerStage {
  readonly database: TestCatalog;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly folder: string;
  readonly configFile: string;
  readonly home: RegionId;
  readonly other: RegionId;
  /** Outside the jurisdiction of the policy. */
  readonly foreign: RegionId;
  readonly token: string;
  readonly sealKey: Buffer;
  /** The text of a cbcr.yaml with these regions, the policy `standard` and the instance `shop`. */
  yaml(changes?: { copies?: number; cron?: string; verifyEvery?: string }): string;
  writeConfig(text: string): Promise<void>;
  /** Workers of every region say that its store answers, or does not. */
  reportRegions(ok: boolean, ...regions: RegionId[]): Promise<void>;
  close(): Promise<void>;
}

export const shop: InstanceId = instanceIdSchema.parse('shop');

export async function createSchedulerStage({ adminUrl, clock }: { adminUrl: string; clock: Clock }): Promise<SchedulerStage> {
  const temporary = await createTemporaryFolder();
  const database = await createTestCatalog({ adminUrl, clock });
  const suffix = `x${randomBytes(4).toString('hex')}`;
  const [home, other, foreign] = ['home', 'other', 'foreign'].map((name) => regionIdSchema.parse(`${name}-${suffix}`)) as [
    RegionId,
    RegionId,
    RegionId,
  ];
  const places = [
    [home, 'EU'],
    [other, 'EU'],
    [foreign, 'US'],
  ] as const;
  for (const [id] of places) await mkdir(join(temporary.path, id));
  const configFile = join(temporary.path, 'cbcr.yaml');
  const startedAt = clock.now();
  const stage: SchedulerStage = {
    database,
    catalog: database.catalog,
    clock,
    folder: temporary.path,
    configFile,
    home,
    other,
    foreign,
    token: randomBytes(12).toString('hex'),
    sealKey: randomBytes(32),
    yaml: ({ copies = 2, cron, verifyEvery } = {}) =>
      [
        'version: 1',
        'regions:',
        ...places.map(
          ([id, jurisdiction]) =>
            `  ${id}: {jurisdictions: [${jurisdiction}], key: key-of-${id}, store: {kind: fs, path: ${join(temporary.path, id)}}}`,
        ),
        'policies:',
        '  standard:',
        `    placement: {copies: ${copies}, jurisdictions: [EU]}`,
        ...(verifyEvery === undefined ? [] : [`    verifyEvery: ${verifyEvery}`]),
        ...(cron === undefined ? [] : [`    schedule: {cron: '${cron}', timeZone: UTC}`]),
        'instances:',
        `  shop: {engine: postgres, home: ${home}, policy: standard, connection: 'env:SHOP_URL'}`,
        '',
      ].join('\n'),
    writeConfig: (text) => writeFile(configFile, text),
    async reportRegions(ok, ...regions) {
      for (const region of regions.length > 0 ? regions : places.map(([id]) => id)) {
        const store = { ok, reason: ok ? 'the store answers' : 'the test took the store away' };
        await database.catalog.workers.heartbeat({
          id: `worker-${region}`,
          region,
          host: 'test',
          pid: 1,
          version: 'test',
          startedAt,
          store,
        });
      }
    },
    async close() {
      await database.drop();
      await temporary.remove();
    },
  };
  await stage.writeConfig(stage.yaml());
  return stage;
}
