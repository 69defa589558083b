import { systemClock } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { vocabularyOf } from '../test/leading-stage.ts';
import { makePoint } from '../test/made-points.ts';
import { createSchedulerStage, type SchedulerStage } from '../test/stage.ts';
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
    message: expect.stringContaining(`shop (verified copies in ${[stage.home, stage.other].toSorted().join(', ')})`),
  });
  await expect(applier.applyText(elsewhere(), 'x', { ...admin, force: true })).rejects.toMatchObject({ code: 'api.request-invalid' });
  expect(await currentVersion()).toBe(before);

  const { version } = await applier.applyText(elsewhere(), 'x', { ...admin, force: true, reason: 'the court says so' });
  expect(await stage.catalog.rulebook.list(1)).toMatchObject([{ version, forced: true, reason: 'the court says so' }]);
});

test('what was never verified counts for nothing: the same change is applied when there is no verified copy', async () => {
  await start();
  await makePoint(stage, () => 'stored');
  await expect(applier.applyText(elsewhere(), 'x', admin)).resolves.toMatchObject({ version: 2 });
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
