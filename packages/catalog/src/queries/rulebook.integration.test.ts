import { systemClock as clock, hashRulebook, type PolicyId, type RulebookPolicy, rulebookSchema } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { rulebookOf } from '../index.ts';
import { applyStage, completePoint, openRun, policy, regions, shop } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';

let stage: TestCatalog;
let catalog: Catalog;
beforeEach(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
  await applyStage(catalog);
});
afterEach(() => stage.drop());

const strict = rulebookSchema.parse({
  regions,
  policies: [{ ...policy, select: { names: ['*'] }, rpo: '24h' }],
  residency: [{ id: 'personal', dataClasses: ['personal'], data: { allow: ['EU'] } }],
  exceptions: [
    { id: 'x', instances: ['shop'], regions: [regions[0]?.id], purposes: ['restore'], reason: 'r', grantedBy: 'g', expires: '2027-06-30' },
  ],
});

test('what was applied comes back as it was, as the same object while the version is the same', async () => {
  const { version } = await catalog.applyRulebook(strict, { actor: 'ada', reason: 'an audit' });
  const current = await catalog.rulebook.current();
  expect(current).toEqual({ version, hash: hashRulebook(strict), rulebook: strict });
  expect((await catalog.rulebook.current()).rulebook).toBe(current.rulebook);
  expect(await stage.openAnother({}).rulebook.current()).toEqual(current);
});

test('each change is a version with its author and reason, and a row of the audit trail; the same again is none', async () => {
  await catalog.applyRulebook(strict, { actor: 'ada', reason: 'an audit', forced: true });
  expect(await catalog.applyRulebook(strict, { actor: 'bob' })).toEqual({ version: 2, changed: false });
  const { rulebook } = await catalog.rulebook.get(1);
  expect(await catalog.applyRulebook(rulebook, { actor: 'bob', reason: 'too strict', rollbackOf: 1 })).toEqual({
    version: 3,
    changed: true,
  });
  expect(await catalog.rulebook.list()).toMatchObject([
    { version: 3, author: 'bob', reason: 'too strict', rollbackOf: 1, forced: false },
    { version: 2, author: 'ada', reason: 'an audit', rollbackOf: null, forced: true },
    { version: 1, author: 'config', reason: null },
  ]);
  expect((await catalog.rulebook.current()).hash).toBe((await catalog.rulebook.get(1)).hash);
  expect(await catalog.audit.list({ subject: 'policy:3' })).toMatchObject([
    { actor: 'bob', action: 'policy.rolled-back', facts: { reason: 'too strict', rollbackOf: 1 } },
  ]);
  expect(await catalog.rulebook.findByHash(hashRulebook(strict))).toMatchObject({ version: 2 });
  await expect(catalog.rulebook.get(9)).rejects.toMatchObject({ code: 'policy.version-not-found' });
});

test('a policy that vanishes stays in force for those that name it, and selects nobody any more', async () => {
  await catalog.applyRulebook(strict, { actor: 'ada' });
  const other: RulebookPolicy = { id: 'other' as PolicyId, placement: { copies: 1 } };
  await catalog.applyRulebook({ ...strict, policies: [other] }, { actor: 'ada' });
  const { rulebook } = await catalog.rulebook.current();
  expect(rulebook.policies.map(({ id, select }) => [id, select])).toEqual([
    ['other', undefined],
    [policy.id, undefined],
  ]);
});

test('a catalog without versions says what its regions and policies say', async () => {
  const earlier = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  await earlier.catalog.regions.applyAll(regions);
  const { version, rulebook } = await earlier.catalog.rulebook.current();
  await earlier.drop();
  expect(version).toBe(0);
  expect(rulebook).toEqual(rulebookSchema.parse(rulebookOf({ regions, policies: [] })));
});

test('the places of verified copies are those of the newest point that has any', async () => {
  const places = async () => {
    const seen: [string, readonly string[]][] = [];
    await catalog.applyRulebook(strict, { actor: 'ada' }, ({ verifiedIn }) => void seen.push(...verifiedIn));
    return seen;
  };
  expect(await places()).toEqual([]);
  const point = await completePoint(catalog, await openRun(catalog), clock.now());
  const verified = (await catalog.copies.list(point.id)).filter(({ state }) => state === 'verified').map(({ region }) => region);
  expect(verified.length).toBeGreaterThan(0);
  expect(await places()).toEqual([[shop.id, verified.toSorted()]]);
});

test('a change that is refused changes nothing, and the refusal is the error', async () => {
  const refusal = new RangeError('not this one');
  const refuse = () => {
    throw refusal;
  };
  const before = await catalog.rulebook.list();
  await expect(catalog.applyRulebook(strict, { actor: 'ada' }, refuse)).rejects.toBe(refusal);
  await expect(catalog.applyConfig({ regions: [], policies: [], instances: [] }, 'ada', refuse)).rejects.toBe(refusal);
  expect(await catalog.rulebook.list()).toEqual(before);
  expect(await catalog.regions.list()).toHaveLength(regions.length);
});
