import { type InstanceId, type RegionId, recoveryPointIdSchema, requestIdSchema, systemClock } from '@cbcr/domain';
import type { RequestIntake } from '@cbcr/jobs';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type MadePoint, makePoint } from '../../test/made-point.ts';
import { createRun } from '../../test/perform.ts';
import { alpha, beta, createStage, delta, gamma, type Stage } from '../../test/stage.ts';
import { readDecisionFacts } from '../decision-facts.ts';
import { createRequestIntake } from './create-request-intake.ts';

let stage: Stage;
let shop: InstanceId;
let point: MadePoint;
let intake: RequestIntake;
let requests = 0;
beforeAll(async () => {
  stage = await createStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  shop = await stage.addInstance('shop', 'pieces', 'pieces:shop');
  intake = createRequestIntake(stage.dependencies());
  point = await makePoint(stage, shop);
  await point.verify(alpha);
});
afterAll(() => stage.close());
beforeEach(() => stage.changePolicy({ copies: 3, prefer: [beta, gamma], jurisdictions: ['EU'] }));

const newId = () => requestIdSchema.parse(`request-${++requests}`);
const ask = (region: RegionId, request: { kind: string } & Record<string, unknown>, requestId = newId()) =>
  intake.accept({ requestId, request, kind: request.kind, region });
const refused = (code: string) => expect.objectContaining({ code });
const target = 'env:TARGET';

describe('a request through a queue', () => {
  test('becomes a run with its wake-up call, once per request id, also when many ask at once', async () => {
    const id = newId();
    const runs = await Promise.all(Array.from({ length: 8 }, () => ask(alpha, { kind: 'backup', instance: shop }, id)));
    expect(new Set(runs.map((run) => run.id)).size).toBe(1);
    const [run] = await stage.catalog.runs.list({ instance: shop, limit: 1 });
    expect(runs[0]?.id).toBe(run?.id);
    expect(run).toMatchObject({
      kind: 'backup',
      region: alpha,
      requestedBy: 'queue',
      idempotencyKey: `queue:${id}`,
    });
  });

  test('goes into the queue with the priority of the policy', async () => {
    const { policies, ...rulebook } = (await stage.catalog.rulebook.current()).rulebook;
    const urgent = { ...rulebook, policies: policies.map((policy) => ({ ...policy, priority: 'high' as const })) };
    await stage.catalog.applyRulebook(urgent, { actor: 'test' });
    const runs = [
      await ask(alpha, { kind: 'backup', instance: shop }),
      await ask(gamma, { kind: 'replicate', point: point.id, to: gamma }),
      await ask(gamma, { kind: 'restore', instance: shop, to: gamma, target }),
    ];
    expect(runs.map(({ priority }) => priority)).toEqual(['high', 'high', null]);
  });

  test('stays what it was accepted as, whatever the policy says now', async () => {
    const id = newId();
    const request = { kind: 'restore', instance: shop, to: gamma, target };
    const run = await ask(gamma, request, id);
    await stage.changePolicy({ copies: 1, prefer: [], jurisdictions: ['US'] });
    expect(await ask(gamma, request, id)).toMatchObject({ id: run.id });
    await expect(ask(gamma, request)).rejects.toEqual(refused('placement.region-forbidden'));
  });

  test('that reuses an id for something else is refused, and says which run has it', async () => {
    const id = newId();
    const run = await ask(gamma, { kind: 'restore', instance: shop, to: gamma, target }, id);
    const other = ask(alpha, { kind: 'backup', instance: shop }, id);
    await expect(other).rejects.toMatchObject({ code: 'request.reused', facts: { run: run.id } });
  });

  test('for a copy or a verification joins the run that already does it', async () => {
    const [first, second] = [
      await ask(beta, { kind: 'verify', point: point.id, region: beta }),
      await ask(beta, { kind: 'verify', point: point.id, region: beta }),
    ];
    expect(second?.id).toBe(first?.id);
    const copy = await ask(gamma, { kind: 'replicate', point: point.id, to: gamma });
    expect(await stage.catalog.runs.get(copy.id)).toMatchObject({ kind: 'replicate', region: gamma, point: point.id });
  });
});

const unknownPoint = recoveryPointIdSchema.parse(`rp_${'0'.repeat(26)}`);

describe('a request is refused for good', () => {
  test.each([
    ['a backup outside the home region', beta, () => ({ kind: 'backup', instance: shop }), 'request.wrong-queue'],
    ['a backup of an unknown instance', alpha, () => ({ kind: 'backup', instance: 'shpo' }), 'instance.not-found'],
    [
      'a restore in another queue than its region',
      alpha,
      () => ({ kind: 'restore', instance: shop, to: beta, target }),
      'request.wrong-queue',
    ],
    [
      'a restore into a forbidden region',
      delta,
      () => ({ kind: 'restore', instance: shop, to: delta, target }),
      'placement.region-forbidden',
    ],
    [
      'a restore of an unknown point',
      beta,
      () => ({ kind: 'restore', instance: shop, point: unknownPoint, to: beta, target }),
      'point.not-found',
    ],
    ['a copy into a forbidden region', delta, () => ({ kind: 'replicate', point: point.id, to: delta }), 'placement.region-forbidden'],
    ['a copy of an unknown point', beta, () => ({ kind: 'replicate', point: unknownPoint, to: beta }), 'point.not-found'],
    ['a verification where no copy is', delta, () => ({ kind: 'verify', point: point.id, region: delta }), 'copy.not-found'],
    ['a kind that nobody may ask for', alpha, () => ({ kind: 'retention' }), 'request.invalid'],
    ['a request with more than it may hold', alpha, () => ({ kind: 'backup', instance: shop, force: true }), 'request.invalid'],
    ['a hostile name', alpha, () => ({ kind: 'backup', instance: '../../etc' }), 'request.invalid'],
  ])('%s', async (_, region, request, code) => {
    const id = newId();
    await expect(ask(region, request(), id)).rejects.toMatchObject({ code, treatment: 'never' });
    expect(await stage.catalog.runs.findByKey(`queue:${id}`)).toBeNull();
    expect(await stage.catalog.audit.list({ subject: id })).toMatchObject([{ action: 'request.refused', actor: 'queue', facts: { code } }]);
  });

  test('a point that is still being captured', async () => {
    const { placement, policyHash } = await readDecisionFacts(stage.dependencies(), shop);
    const run = await createRun(stage, 'backup', { instance: shop, params: {} });
    const opened = await stage.catalog.ledger.open(run.id, 'a worker');
    const begun = { run: run.id, epoch: opened?.epoch ?? 0, instance: shop, engine: 'pieces', capturedAt: systemClock.now() };
    const unfinished = await stage.catalog.points.begin({ ...begun, policyHash, placement, synchronousMinimum: 1 });
    const restored = ask(beta, { kind: 'restore', instance: shop, point: unfinished.id, to: beta, target });
    await expect(restored).rejects.toEqual(refused('point.not-complete'));
    await expect(ask(beta, { kind: 'replicate', point: unfinished.id, to: beta })).rejects.toEqual(refused('point.not-complete'));
  });

  test('a copy into a spare: the policy demands none there', async () => {
    await stage.changePolicy({ copies: 2, prefer: [beta], jurisdictions: ['EU'] });
    await expect(ask(gamma, { kind: 'replicate', point: point.id, to: gamma })).rejects.toEqual(refused('placement.region-not-placed'));
  });

  test('a target that is no reference, without repeating it anywhere', async () => {
    const id = newId();
    const url = 'postgres://owner:hunter2@db.example.com/shop';
    const asked = ask(beta, { kind: 'restore', instance: shop, to: beta, target: url }, id);
    await expect(asked).rejects.toEqual(refused('request.target-not-reference'));
    expect(JSON.stringify(await stage.catalog.audit.list({ subject: id }))).not.toContain('hunter2');
  });

  test('a request of another kind than its queue', async () => {
    const asked = intake.accept({ requestId: newId(), request: { kind: 'backup', instance: shop }, kind: 'restore', region: alpha });
    await expect(asked).rejects.toEqual(refused('request.invalid'));
  });
});
