import { systemClock as clock, holdSelectorSchema } from '@cbcr/domain';
import { judgeRetention } from '@cbcr/policy';
import { createLogger } from '@cbcr/telemetry';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { configure } from '../../test/leading-stage.ts';
import { makePoint } from '../../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage, shop } from '../../test/stage.ts';
import { previewRetention } from '../read-retention.ts';
import { reviewRetention } from './review-retention.ts';

let stage: SchedulerStage;
const rules = (last: number, coolingOff: string) =>
  `${stage.yaml()}\nretention:\n  coolingOff: ${coolingOff}\n  rules:\n    newest:\n      keep: { last: ${last} }\n`;
beforeAll(async () => {
  stage = await createSchedulerStage({ adminUrl: inject('postgresAdminUrl'), clock });
  await configure(stage, rules(1, '1s'));
});
afterAll(() => stage.close());

const review = async () => {
  const deps = { catalog: stage.catalog, clock, logger: createLogger({ service: 'test', level: 'silent' }) };
  while ((await reviewRetention(deps)) === 'again');
};
const due = async () => new Set((await stage.catalog.retention.dueCopies(clock.now(), 100)).map(({ point }) => point));

test('what the rules let go is due, a hold keeps it, and a version that shortens waits for its cooling-off', async () => {
  const first = await makePoint(stage, () => 'verified');
  await review();
  expect(await due()).toEqual(new Set());
  const second = await makePoint(stage, () => 'verified');
  await review();
  expect(await due()).toEqual(new Set([first.id]));

  const selector = holdSelectorSchema.parse({ instances: [shop] });
  const hold = await stage.catalog.holds.place({ title: 'Miller', reason: 'a court asks', matter: null, selector }, 'ada');
  await review();
  expect(await due()).toEqual(new Set());
  await stage.catalog.holds.release(hold.id, 'settled', 'ada');
  await review();
  // The grace after a release has begun, and is not over.
  expect(await due()).toEqual(new Set());

  await configure(stage, rules(2, '30d'));
  const third = await makePoint(stage, () => 'verified');
  await configure(stage, rules(1, '1s'));
  await review();
  expect(await due()).toEqual(new Set());

  const question = { config: null, at: null, instance: shop, limit: 10 };
  const preview = await previewRetention({ catalog: stage.catalog, clock }, question);
  const kept = preview.copies.filter(({ change }) => change === 'cools-off').map(({ point }) => point);
  // The hold that was released keeps them as well, so that the cooling-off alone keeps nothing.
  expect(kept).toEqual([]);
  const yesterday = { ...question, at: new Date(clock.now().getTime() - 86_400_000) };
  await expect(previewRetention({ catalog: stage.catalog, clock }, yesterday)).rejects.toMatchObject({ code: 'api.request-invalid' });
  const later = await previewRetention(
    { catalog: stage.catalog, clock },
    { ...question, at: new Date(clock.now().getTime() + 4 * 86_400_000) },
  );
  const changes = new Map(later.copies.map(({ point, change }) => [point, change]));
  expect(changes.get(first.id)).toBe('expires');
  expect(changes.get(second.id)).toBe('cools-off');
  expect(changes.has(third.id)).toBe(false);
  expect(later.copies.find(({ point }) => point === second.id)?.reasons).toEqual([
    expect.objectContaining({
      rule: 'cooling-off',
      text: expect.stringMatching(/^kept until .* by version \d+ of the rulebook \(cooling-off\)$/),
    }),
  ]);
});

test('describing an instance otherwise shortens nothing at once, and takes nothing out of a hold', async () => {
  const text = (labels: string, coolingOff: string) =>
    `${stage.yaml().replace('policy: standard,', `policy: standard, labels: ${labels},`)}
retention:
  coolingOff: ${coolingOff}
  rules:
    gold: { select: { labels: { tier: gold } }, keep: { last: 100 } }
    all: { keep: { last: 1 } }
`;
  const { catalog } = stage;
  await configure(stage, text('{ tier: gold }', '40d'));
  const [first, second] = [await makePoint(stage, () => 'verified'), await makePoint(stage, () => 'verified')];
  const selector = holdSelectorSchema.parse({ labels: { tier: 'gold' }, points: [second.id] });
  const hold = await catalog.holds.place({ title: 'Miller', reason: 'a court asks', matter: null, selector }, 'ada');
  await configure(stage, text('{}', '40d'));
  const newest = await makePoint(stage, () => 'verified');
  await review();
  expect(await due()).not.toContain(first.id);

  const instance = await catalog.instances.get(shop);
  const [holding] = await catalog.holdings.list([shop]);
  const { rulebook } = await catalog.rulebook.current();
  const reasonsIn = async (days: number) => {
    const now = new Date(clock.now().getTime() + days * 86_400_000);
    const earlier = await catalog.retention.coolingVersions(now);
    const verdicts = judgeRetention({ rulebook, earlier, instance, points: holding?.points ?? [], holds: [hold], now });
    return new Map(verdicts.map(({ point, verdict, reasons }) => [point, `${verdict} ${reasons.map(({ rule }) => rule).join()}`]));
  };
  expect((await reasonsIn(0)).get(first.id)).toBe('keep cooling-off');
  const then = await reasonsIn(41);
  expect([first, second, newest].map(({ id }) => then.get(id))).toEqual(['expire all', 'keep hold', 'keep all']);
  // The same edit again changes nothing, and one that concerns no rule is none.
  await configure(stage, text('{}', '40d'));
  expect((await catalog.instances.get(shop)).formerly).toEqual(instance.formerly);
});
