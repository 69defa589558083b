import { type CopyState, systemClock as clock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { alpha, applyStage, beta, completePoint, openRun, reason, shop } from '../testing/stage.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';
import type { CopyKey } from './copies.ts';
import type { NewDeletion } from './deletion-queries.ts';
import type { RunWriter } from './fence.ts';

let stage: TestCatalog;
let catalog: Catalog;
let held: RunWriter;
let key: CopyKey;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
  await applyStage(catalog);
});
afterAll(() => stage.drop());
beforeEach(async () => {
  held = await openRun(catalog, 'retention');
  key = { point: (await completePoint(catalog, held, clock.now())).id, region: beta };
});

const copyAt = async ({ point, region }: CopyKey) => (await catalog.copies.list(point)).find((copy) => copy.region === region);
const deletionOf = (copy: CopyKey, purpose: NewDeletion['purpose'] = 'manual'): NewDeletion => ({
  ...copy,
  instance: shop.id,
  purpose,
  wholePoint: false,
  requestedBy: 'ada',
  requestReason: 'a test',
  reasons: [reason],
});
const mark = (copy: CopyKey, seen: CopyState) => catalog.deletions.mark(deletionOf(copy), seen);
const undo = (copy: CopyKey) => catalog.deletions.undo(copy, 'ada', [{ rule: 'hold', text: 'hold H-1 covers it' }]);
const begin = async (copy: CopyKey, writer: RunWriter, purpose: NewDeletion['purpose']) =>
  catalog.deletions.begin(deletionOf(copy, purpose), writer, {
    copies: (await catalog.copies.list(copy.point)).map(({ region, state }) => ({ region, state })),
    users: 0,
    deciding: await catalog.deletions.deciding(shop.id),
  });

describe('a copy that is kept after all', () => {
  test.each<[CopyState, () => Promise<unknown>]>([
    ['planned', async () => undefined],
    ['failed', () => catalog.copies.owe({ ...key, state: 'failed', reason, nextAttemptAt: null })],
    ['blocked', () => catalog.copies.owe({ ...key, state: 'blocked', reason, nextAttemptAt: null })],
  ])('was %s when it was marked: it has to be made, and nobody looks for its bytes', async (state, make) => {
    await make();
    expect(await mark(key, state)).toBe(true);
    expect(await undo(key)).toBe(true);
    expect(await copyAt(key)).toMatchObject({
      state: 'failed',
      reason: { rule: 'hold', text: `hold H-1 covers it; it was ${state} when it was marked, so it has to be made` },
    });
    expect((await catalog.copies.debts({ limit: 500 })).map(({ point }) => point)).toContain(key.point);
  });

  test.each<[CopyState, CopyKey['region']]>([
    ['verified', alpha],
    ['stored', alpha],
  ])('was %s: it is stored and verified anew, and says why', async (state, region) => {
    const copy = { ...key, region };
    if (state === 'stored') await catalog.copies.askVerification({ ...copy, reason });
    expect(await mark(copy, state)).toBe(true);
    expect(await undo(copy)).toBe(true);
    expect(await copyAt(copy)).toMatchObject({ state: 'stored', reason: { text: expect.stringContaining('verified anew') } });
  });

  test('is not kept from that by garbage of it that was left before', async () => {
    const copy = { ...key, region: alpha };
    expect(await begin(copy, held, 'garbage')).toBe(true);
    await catalog.deletions.leave(copy, held, [reason]);
    expect(await mark(copy, 'verified')).toBe(true);
    expect(await undo(copy)).toBe(true);
    expect((await copyAt(copy))?.state).toBe('stored');
  });
});

test('bulk protection compares what rules let go of with all that was there, also once it is gone', async () => {
  const other = { point: (await completePoint(catalog, held, clock.now())).id, region: alpha };
  const copy = { ...key, region: alpha };
  const tally = async () => (await stage.openAnother().deletions.tally([alpha])).get(alpha);
  const before = await tally();
  for (const one of [copy, other]) expect(await catalog.deletions.mark(deletionOf(one, 'retention'), 'verified')).toBe(true);
  expect(await tally()).toEqual({ copies: before?.copies, lately: (before?.lately ?? 0) + 2, instances: 1 });
  expect(await begin(copy, held, 'retention')).toBe(true);
  await catalog.deletions.finish(copy, held, [reason]);
  expect((await copyAt(copy))?.state).toBe('deleted');
  expect(await tally()).toEqual({ copies: before?.copies, lately: (before?.lately ?? 0) + 2, instances: 1 });
});

test('a copy whose deletion is planned is neither called damaged nor asked to be verified meanwhile', async () => {
  const copy = { ...key, region: alpha };
  expect(await mark(copy, 'verified')).toBe(true);
  const refused = { code: 'run.transition-refused' };
  await expect(catalog.copies.markFailed({ ...held, ...copy, reason, nextAttemptAt: null })).rejects.toMatchObject(refused);
  await expect(catalog.copies.askVerification({ ...copy, reason })).rejects.toMatchObject(refused);
  expect((await copyAt(copy))?.state).toBe('expiring');
});

describe('a copy is not begun where garbage of its point was deleted a moment ago', () => {
  const startCopying = () => catalog.copies.startCopying({ ...held, ...key, reason });
  const lately = { code: 'copy.deleted-lately', facts: { until: expect.any(String) } };
  /** Another start of the same run. */
  const openAgain = async (): Promise<RunWriter> => {
    const opened = await catalog.ledger.open(held.run, 'worker-2');
    if (opened === null) throw new Error('a run that has not ended can be opened');
    return { run: opened.id, epoch: opened.epoch };
  };

  test.each(['left', 'ended'])('by two starts of a run, the second of which %s it', async (how) => {
    expect(await begin(key, held, 'garbage')).toBe(true);
    held = await openAgain();
    if (how === 'left') await catalog.deletions.leave(key, held, [reason]);
    else {
      expect(await begin(key, held, 'garbage')).toBe(true);
      await catalog.deletions.finish(key, held, [reason]);
    }
    await expect(startCopying()).rejects.toMatchObject(lately);
  });

  test('by two runs', async () => {
    expect(await begin(key, held, 'garbage')).toBe(true);
    await catalog.ledger.fail(held.run, held.epoch, { code: 'run.unexpected', message: 'It died.', hint: 'None.' });
    held = await openRun(catalog, 'retention');
    expect(await begin(key, held, 'garbage')).toBe(true);
    await catalog.deletions.finish(key, held, [reason]);
    await expect(startCopying()).rejects.toMatchObject(lately);
  });

  test('and is begun at once where one start alone deleted it, though it asked twice', async () => {
    for (const _time of [1, 2]) expect(await begin(key, held, 'garbage')).toBe(true);
    await catalog.deletions.finish(key, held, [reason]);
    expect(await startCopying()).toMatchObject({ state: 'copying' });
  });
});
