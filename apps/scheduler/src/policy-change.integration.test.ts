import type { PointRecord } from '@cbcr/catalog';
import { instanceSchema, type RegionId, systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { vocabularyOf } from '../test/leading-stage.ts';
import { makePoint } from '../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage } from '../test/stage.ts';
import { addInstance } from './add-instance.ts';
import { type ConfigApplier, createConfigApplier } from './apply-config.ts';

let stage: SchedulerStage;
let applier: ConfigApplier;
beforeEach(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock: systemClock });
  applier = createConfigApplier(stage, vocabularyOf(stage), () => undefined);
});
afterEach(() => stage.close());

const admin = { actor: 'api' };
const start = () => applier.applyFile(stage.configFile, { actor: 'scheduler' });
const currentVersion = async () => (await stage.catalog.rulebook.current()).version;
/** The instance moves to the third region, and its data may be nowhere else. */
const elsewhere = () =>
  stage
    .yaml({ copies: 1 })
    .replace(`home: ${stage.home}`, `home: ${stage.foreign}`)
    .replace('jurisdictions: [EU]}\ninstances', 'jurisdictions: [US]}\ninstances');

test('a change that leaves no legal verified copy is refused and changes nothing, unless it is forced with a reason', async () => {
  await start();
  await makePoint(stage, () => 'verified');
  const before = await currentVersion();
  await expect(applier.applyText(elsewhere(), 'x', admin)).rejects.toMatchObject({
    code: 'policy.change-refused',
    message: expect.stringContaining(`no legal copy of shop (verified copies in ${[stage.home, stage.other].toSorted().join(', ')})`),
  });
  await expect(applier.applyText(elsewhere(), 'x', { ...admin, force: true })).rejects.toMatchObject({ code: 'api.request-invalid' });
  expect(await currentVersion()).toBe(before);

  const { version } = await applier.applyText(elsewhere(), 'x', { ...admin, force: true, reason: 'the court says so' });
  expect(await stage.catalog.rulebook.list({ limit: 1 })).toMatchObject([{ version, forced: true, reason: 'the court says so' }]);
  // The change and what it makes illegal are in the audit trail together.
  const illegal = (await stage.catalog.audit.list({ subject: 'shop', action: 'copy.became-illegal' })).toReversed();
  expect(illegal).toMatchObject(
    [stage.home, stage.other]
      .toSorted()
      .map((region) => ({ actor: 'api', facts: { version, region, points: 1, reason: expect.anything() } })),
  );
});

test('what was never verified counts for nothing: the same change is applied when there is no verified copy', async () => {
  await start();
  await makePoint(stage, () => 'stored');
  await expect(applier.applyText(elsewhere(), 'x', admin)).resolves.toMatchObject({ version: 2 });
});

/** What a worker does that has read a copy back. */
async function verifyCopy({ id: point, instance }: PointRecord, region: RegionId): Promise<void> {
  const { catalog } = stage;
  const { run } = await catalog.runs.create({ kind: 'verify', region, instance, params: {}, requestedBy: 'test', point });
  const opened = await catalog.ledger.open(run.id, 'worker of the test');
  const { store } = await catalog.regions.get(region);
  const reason = { rule: 'read-back', text: 'as the test wants it' };
  await catalog.copies.markVerified({ point, region, run: run.id, epoch: opened?.epoch ?? 0, reason, seenIn: store });
}

/** As `stage.yaml`, with a policy for what is labelled gold, and perhaps with something that is. */
const withGold = (books = '') =>
  `${stage.yaml().replace('instances:', '  gold: {placement: {copies: 1}, select: {labels: {tier: gold}}}\ninstances:')}${books}`;
const books = () => `  books: {engine: postgres, home: ${stage.home}, labels: {tier: gold}, connection: 'env:BOOKS_URL'}\n`;

test('of two changes at once the second is judged by what the first one left', async () => {
  await start();
  await applier.applyText(withGold(), 'x', admin);
  const hold = await stage.database.holdChanges();
  const adding = applier.applyText(withGold(books()), 'x', admin);
  await hold.untilWaiting(1);
  // Without the policy that books needs, which nobody had when this change was asked for.
  const back = Promise.allSettled([applier.rollBack(1, admin)]);
  await hold.untilWaiting(2);
  await hold.letGo();
  await adding;
  const cause = expect.stringContaining('no policy would apply to books');
  expect(await back).toMatchObject([{ status: 'rejected', reason: { code: 'policy.change-refused', message: cause } }]);
});

test('a copy that becomes verified while a change waits its turn counts when the change is judged', async () => {
  await start();
  const point = await makePoint(stage, () => 'stored');
  const hold = await stage.database.holdChanges();
  const change = Promise.allSettled([applier.applyText(elsewhere(), 'x', admin)]);
  await hold.untilWaiting(1);
  await verifyCopy(point, stage.home);
  await hold.letGo();
  expect(await change).toMatchObject([{ status: 'rejected', reason: { code: 'policy.change-refused' } }]);
});

test('an instance and the policy that selects it may leave the file together', async () => {
  await start();
  await applier.applyText(withGold(books()), 'x', admin);
  await expect(applier.applyText(stage.yaml(), 'x', admin)).resolves.toMatchObject({ version: 3 });
});

test('an instance is not added by the rules of a moment ago', async () => {
  await start();
  await applier.applyText(withGold(), 'x', admin);
  const hold = await stage.database.holdChanges();
  const back = applier.rollBack(1, admin);
  await hold.untilWaiting(1);
  const gold = { id: 'books', engine: 'postgres', home: stage.home, labels: { tier: 'gold' }, connection: 'env:BOOKS_URL' };
  const adding = Promise.allSettled([addInstance(stage, instanceSchema.parse(gold), 'ada')]);
  await hold.untilWaiting(2);
  await hold.letGo();
  await back;
  expect(await adding).toMatchObject([{ status: 'rejected', reason: { code: 'policy.none-applies' } }]);
});

test('a scheduler that starts again does not undo what was applied since, and applies a file that is new', async () => {
  expect(await start()).toMatchObject({ superseded: null });
  await applier.applyText(stage.yaml({ copies: 1 }), 'x', admin);
  expect(await start()).toMatchObject({ superseded: 2 });
  expect(await currentVersion()).toBe(2);

  await stage.writeConfig(stage.yaml({ copies: 1, cron: '0 3 * * *' }));
  expect(await start()).toMatchObject({ superseded: null });
  expect(await currentVersion()).toBe(3);
});

test('a residency exception that has ended since does not keep a scheduler from starting, nor does what only it made possible', async () => {
  const granted = (expires: string) => `${stage.yaml()}residency:
  at-home: {dataClasses: [default], data: {allow: [${stage.home}]}}
exceptions:
  moving: {dataClasses: [default], regions: [${stage.other}], purposes: [data, key], reason: a move, grantedBy: dpo, expires: ${expires}}
`;
  await stage.writeConfig(granted('2999-01-01'));
  expect(await start()).toMatchObject({ ended: [] });
  await stage.writeConfig(granted('2020-01-01'));
  const { ended } = await start();
  expect(ended.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['exceptions.moving.expires', 'policies.standard.placement.copies']),
  );
  expect(await currentVersion()).toBe(2);
  // Whoever changes a file is told, and a file that is wrong for another reason keeps the scheduler from starting.
  await expect(applier.applyText(granted('2020-01-01'), 'x', admin)).rejects.toMatchObject({ code: 'config.invalid' });
  await stage.writeConfig(granted('2020-01-01').replace('copies: 2', 'copies: 9'));
  await expect(start()).rejects.toMatchObject({ code: 'config.invalid' });
});
