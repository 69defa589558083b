import { type InstanceId, instanceSchema, type Placement, policySchema, type RegionId, regionSchema } from '@cbcr/domain';
import type { Catalog } from '../catalog.ts';
import type { RunWriter } from '../queries/fence.ts';
import type { PointRecord } from '../queries/point-record.ts';

const regionNames = ['alpha', 'beta', 'gamma'];
/** That of every region. */
export const store = { kind: 'fs' };
export const regions = regionNames.map((id) => regionSchema.parse({ id, jurisdictions: ['EU'], store }));
const [alphaRegion, betaRegion, gammaRegion] = regions.map((region) => region.id);
if (alphaRegion === undefined || betaRegion === undefined || gammaRegion === undefined) throw new Error('three regions were described');
export const alpha: RegionId = alphaRegion;
export const beta: RegionId = betaRegion;
export const gamma: RegionId = gammaRegion;

export const policy = policySchema.parse({
  id: 'standard',
  placement: { copies: 2, jurisdictions: ['EU'] },
  schedule: { cron: '0 * * * *', timeZone: 'UTC' },
});
export const instanceNamed = (id: string) =>
  instanceSchema.parse({ id, engine: 'postgres', home: alpha, policy: policy.id, connection: 'env:SHOP_URL' });
export const shop = instanceNamed('shop');

export const reason = { rule: 'test', text: 'because the test says so' };
export const placementOf = (instance: InstanceId): Placement => ({
  instance,
  placed: [
    { region: alpha, role: 'primary', reason },
    { region: beta, role: 'secondary', reason },
  ],
  spares: [{ region: gamma, reason }],
  excluded: [],
  unmet: [],
});

/** Three regions, one policy and the instance `shop`. */
export const applyStage = (catalog: Catalog) => catalog.applyConfig({ regions, policies: [policy], instances: [shop] }, 'config');

/** A run of `shop` that a worker holds. */
export async function openRun(catalog: Catalog, kind = 'backup', extra: { dedupeKey?: string } = {}): Promise<RunWriter> {
  const { run } = await catalog.runs.create({ kind, region: alpha, instance: shop.id, params: {}, requestedBy: 'test', ...extra });
  const opened = await catalog.ledger.open(run.id, 'worker-1');
  if (opened === null) throw new Error('a new run can be opened');
  return { run: opened.id, epoch: opened.epoch };
}

export const beginPoint = (catalog: Catalog, writer: RunWriter, capturedAt: Date): Promise<PointRecord> =>
  catalog.points.begin({
    ...writer,
    instance: shop.id,
    engine: 'postgres',
    capturedAt,
    policyHash: 'hash',
    placement: placementOf(shop.id),
    synchronousMinimum: 1,
  });

/** A complete point of `shop`: verified in alpha, owed in beta. */
export async function completePoint(catalog: Catalog, writer: RunWriter, capturedAt: Date): Promise<PointRecord> {
  const point = await beginPoint(catalog, writer, capturedAt);
  return catalog.points.complete({
    ...writer,
    point: point.id,
    plaintextBytes: 1000,
    storedBytes: 400,
    manifestSha256: 'f'.repeat(64),
    copies: [{ region: alpha, state: 'verified', reason, storedBytes: 400 }],
  });
}
