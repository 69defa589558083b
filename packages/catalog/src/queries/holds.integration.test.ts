import { systemClock as clock, type HoldSelector, holdIdSchema, holdSelectorSchema } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Catalog } from '../catalog.ts';
import { createTestCatalog, type TestCatalog } from '../testing/test-catalog.ts';

let stage: TestCatalog;
let catalog: Catalog;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  catalog = stage.catalog;
});
afterAll(() => stage.drop());

const selector: HoldSelector = holdSelectorSchema.parse({
  instances: ['shop'],
  labels: { tier: 'gold' },
  captured: { from: '2027-01-01', to: '2027-06-30' },
});
const place = (title = 'Miller v. Shop') => catalog.holds.place({ title, reason: 'a court asks', matter: '27-104', selector }, 'ada');
const actionsOf = async (subject: string) =>
  (await catalog.audit.list({ subject })).map(({ actor, action }) => `${actor}: ${action}`).toReversed();
const idsOf = (holds: readonly { id: string }[]) => holds.map(({ id }) => id);

test('a hold is read as it was placed, its last day included, and the audit trail says who placed it and on what', async () => {
  const hold = await place();
  expect(hold).toMatchObject({
    title: 'Miller v. Shop',
    matter: '27-104',
    placedBy: 'ada',
    selector,
    releaseRequested: null,
    released: null,
  });
  expect(hold.selector.captured?.to?.toISOString()).toBe('2027-06-30T23:59:59.999Z');
  expect(await catalog.holds.get(hold.id)).toEqual(hold);
  expect(await catalog.audit.list({ subject: hold.id })).toMatchObject([
    { actor: 'ada', action: 'hold.placed', facts: { reason: 'a court asks', selector: { instances: ['shop'] } } },
  ]);
  const second = await place('another');
  expect(idsOf(await catalog.holds.list()).slice(0, 2)).toEqual([second.id, hold.id]);
});

test('a release is a new fact: the hold stays as it was placed, and a second release changes nothing', async () => {
  const hold = await place();
  const released = await catalog.holds.release(hold.id, 'settled', 'bob');
  expect(released).toEqual({ ...hold, released: { by: 'bob', at: expect.any(Date), reason: 'settled', approvedBy: null, graceMs: 0 } });
  expect(await catalog.holds.release(hold.id, 'once more', 'eve')).toEqual(released);
  expect(await catalog.holds.requestRelease(hold.id, 'once more', 'eve')).toEqual(released);
  expect(await actionsOf(hold.id)).toEqual(['ada: hold.placed', 'bob: hold.released']);
});

test('a release by two people needs two people', async () => {
  const hold = await place();
  await expect(catalog.holds.approveRelease(hold.id, 'bob')).rejects.toMatchObject({ code: 'hold.release-not-requested' });
  await catalog.holds.requestRelease(hold.id, 'settled', 'ada');
  for (const herself of ['ada', 'Ada', 'ADA']) {
    await expect(catalog.holds.approveRelease(hold.id, herself)).rejects.toMatchObject({ code: 'hold.same-approver' });
  }
  expect(await catalog.holds.get(hold.id)).toMatchObject({ releaseRequested: { by: 'ada', reason: 'settled' }, released: null });
  const released = await catalog.holds.approveRelease(hold.id, 'bob');
  expect(released.released).toMatchObject({ by: 'ada', reason: 'settled', approvedBy: 'bob' });
  expect(await actionsOf(hold.id)).toEqual(['ada: hold.placed', 'ada: hold.release-requested', 'bob: hold.released']);
});

test('of many releases at the same moment one counts', async () => {
  const hold = await place();
  const another = stage.openAnother();
  const people = Array.from({ length: 8 }, (_, index) => `person-${index}`);
  const answers = await Promise.all(people.map((by, index) => (index % 2 === 0 ? catalog : another).holds.release(hold.id, 'settled', by)));
  expect(new Set(answers.map(({ released }) => released?.by)).size).toBe(1);
  expect(await actionsOf(hold.id)).toHaveLength(2);
});

test('the active ones are those without a release, and those with one after the moment that is asked for', async () => {
  const held = await place();
  const { id, released } = await catalog.holds.release((await place()).id, 'settled', 'bob');
  const at = released?.at.getTime() ?? Number.NaN;
  expect(idsOf(await catalog.holds.active(new Date(at)))).toContain(held.id);
  expect(idsOf(await catalog.holds.active(new Date(at)))).not.toContain(id);
  expect(idsOf(await catalog.holds.active(new Date(at - 1)))).toContain(id);
});

test('a hold that does not exist is not found, whatever is asked of it', async () => {
  const nobody = holdIdSchema.parse('H-999999');
  const notFound = { code: 'hold.not-found' };
  await expect(catalog.holds.get(nobody)).rejects.toMatchObject(notFound);
  await expect(catalog.holds.release(nobody, 'settled', 'bob')).rejects.toMatchObject(notFound);
  await expect(catalog.holds.requestRelease(nobody, 'settled', 'bob')).rejects.toMatchObject(notFound);
  await expect(catalog.holds.approveRelease(nobody, 'bob')).rejects.toMatchObject(notFound);
});

test('raw SQL can neither rewrite a hold nor take back a release, nor let one person approve their own', async () => {
  const { id } = await place();
  await catalog.holds.release(id, 'settled', 'bob');
  const number = Number(id.slice(2));
  const sql = postgres(stage.url, { max: 1, onnotice: () => undefined });
  const refused = { code: 'ZC003' };
  await expect(sql`update holds set title = 'nothing' where number = ${number}`).rejects.toMatchObject(refused);
  await expect(sql`delete from holds where number = ${number}`).rejects.toMatchObject(refused);
  await expect(sql`truncate holds cascade`).rejects.toMatchObject(refused);
  await expect(sql`update hold_releases set reason = 'none' where hold = ${number}`).rejects.toMatchObject(refused);
  await expect(sql`delete from hold_releases where hold = ${number}`).rejects.toMatchObject(refused);
  const { id: other } = await place();
  for (const herself of ['eve', 'Eve', 'EVE']) {
    await expect(
      sql`insert into hold_releases (hold, step, by, at, reason, approved_by)
          values (${Number(other.slice(2))}, 'released', 'eve', now(), 'settled', ${herself})`,
    ).rejects.toMatchObject({ code: '23514' });
  }
  await sql.end();
});
