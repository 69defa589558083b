import { systemClock as clock, transitionTables } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import postgres from 'postgres';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { RunWriter } from './queries/fence.ts';
import { alpha, applyStage, beginPoint, beta, completePoint, gamma, openRun, reason, shop } from './testing/stage.ts';
import { createTestCatalog, type TestCatalog } from './testing/test-catalog.ts';

let stage: TestCatalog;
let sql: postgres.Sql;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  await applyStage(stage.catalog);
  sql = postgres(stage.url, { max: 1, onnotice: () => undefined });
});
afterAll(async () => {
  await sql.end();
  await stage.drop();
});

const refusedTransition = { code: 'ZC001' };
const refusedWriter = { code: 'ZC002' };

test('the catalog knows exactly the transitions of the domain', async () => {
  const inDomain = Object.entries(transitionTables).flatMap(([machine, table]) =>
    Object.entries(table).flatMap(([from, targets]) => targets.map((to: string) => `${machine}: ${from} → ${to}`)),
  );
  const rows = await sql`select machine, from_state, to_state from state_transitions`;
  const inCatalog = rows.map((row) => `${row['machine']}: ${row['from_state']} → ${row['to_state']}`);
  expect(inCatalog.toSorted()).toEqual(inDomain.toSorted());
});

describe('raw SQL on runs', () => {
  let held: RunWriter;
  beforeEach(async () => {
    held = await openRun(stage.catalog);
  });

  test('a state change outside the table is refused', async () => {
    const { run } = await stage.catalog.runs.create({ kind: 'verify', region: alpha, instance: shop.id, params: {}, requestedBy: 'test' });
    await expect(sql`update runs set state = 'succeeded' where id = ${run.id}`).rejects.toMatchObject({
      ...refusedTransition,
      detail: expect.stringContaining(run.id),
    });
    await expect(sql`update runs set state = 'running' where id = ${run.id}`).rejects.toMatchObject(refusedTransition);
  });

  test('a run is born queued, with epoch 0', async () => {
    const born = (state: string, epoch: number) => sql`
      insert into runs (id, kind, region_id, instance_id, state, epoch, state_since, requested_by, created_at)
      values (${stage.ids.runId()}, 'verify', ${alpha}, ${shop.id}, ${state}, ${epoch}, now(), 'test', now())`;
    await expect(born('running', 0)).rejects.toMatchObject(refusedTransition);
    await expect(born('queued', 7)).rejects.toMatchObject(refusedTransition);
    await expect(born('queued', 0)).resolves.toBeDefined();
  });

  test('the epoch never falls, and rises by one only when the run is opened', async () => {
    await stage.catalog.ledger.open(held.run, 'worker-2');
    await expect(sql`update runs set epoch = 1 where id = ${held.run}`).rejects.toMatchObject(refusedWriter);
    await expect(sql`update runs set epoch = 9 where id = ${held.run}`).rejects.toMatchObject(refusedTransition);
    await expect(sql`update runs set epoch = 3, state = 'succeeded' where id = ${held.run}`).rejects.toMatchObject(refusedTransition);
  });

  test('a running run changes only in the name of its current epoch', async () => {
    await stage.catalog.ledger.open(held.run, 'worker-2');
    const change = (writerEpoch: number | null) =>
      sql`update runs set state = 'succeeded', writer_epoch = ${writerEpoch} where id = ${held.run}`;
    await expect(change(1)).rejects.toMatchObject(refusedWriter);
    await expect(change(null)).rejects.toMatchObject(refusedWriter);
    await expect(sql`update runs set progress = '{}' where id = ${held.run}`).rejects.toMatchObject(refusedWriter);
    await expect(change(2)).resolves.toBeDefined();
  });

  test('the right to write is not inherited by the next statement', async () => {
    await stage.catalog.ledger.heartbeat(held.run, held.epoch, null);
    await expect(sql`update runs set state = 'failed' where id = ${held.run}`).rejects.toMatchObject(refusedWriter);
  });

  test('a run that has ended keeps its result', async () => {
    await stage.catalog.ledger.succeed(held.run, held.epoch, { answer: 42 });
    await expect(sql`update runs set result = '{}' where id = ${held.run}`).rejects.toMatchObject(refusedWriter);
    await expect(sql`update runs set state = 'failed' where id = ${held.run}`).rejects.toMatchObject(refusedTransition);
  });
});

describe('raw SQL on points and copies', () => {
  test('a stale epoch writes neither', async () => {
    const stale = await openRun(stage.catalog);
    const point = await beginPoint(stage.catalog, stale, clock.now());
    await stage.catalog.ledger.open(stale.run, 'worker-2');
    const asStale = { writer_run: stale.run, writer_epoch: stale.epoch };
    await expect(
      sql`update recovery_points set ${sql({ state: 'complete', manifest_sha256: 'x', ...asStale })} where id = ${point.id}`,
    ).rejects.toMatchObject({ ...refusedWriter, detail: expect.stringContaining(stale.run) });
    await expect(sql`update copies set ${sql({ state: 'copying', ...asStale })} where point_id = ${point.id}`).rejects.toMatchObject(
      refusedWriter,
    );
    const row = { point_id: point.id, region_id: gamma, role: 'secondary', state: 'planned', reason: sql.json(reason), since: clock.now() };
    await expect(sql`insert into copies ${sql({ ...row, ...asStale })}`).rejects.toMatchObject(refusedWriter);
    // A statement that does not speak of a writer keeps the last one, who is stale as well.
    await expect(sql`update copies set state = 'copying' where point_id = ${point.id}`).rejects.toMatchObject(refusedWriter);
  });

  test('a run that has ended writes no more', async () => {
    const ended = await openRun(stage.catalog);
    const point = await completePoint(stage.catalog, ended, clock.now());
    await stage.catalog.ledger.succeed(ended.run, ended.epoch, null);
    await expect(
      sql`update copies set state = 'copying', writer_run = ${ended.run}, writer_epoch = ${ended.epoch} where point_id = ${point.id} and region_id = ${beta}`,
    ).rejects.toMatchObject(refusedWriter);
  });

  test('a write that began before a take-over either commits before it or is refused', async () => {
    const old = await openRun(stage.catalog);
    const point = await beginPoint(stage.catalog, old, clock.now());
    const takeOver = stage.openAnother();
    const [written, opened] = await Promise.allSettled([
      stage.catalog.copies.startCopying({ ...old, point: point.id, region: alpha, reason }),
      takeOver.ledger.open(old.run, 'worker-2'),
    ]);
    expect(opened).toMatchObject({ status: 'fulfilled', value: { epoch: old.epoch + 1 } });
    if (written.status === 'rejected') expect(written.reason).toMatchObject({ code: 'run.lost' });
    await expect(stage.catalog.copies.startCopying({ ...old, point: point.id, region: beta, reason })).rejects.toMatchObject({
      code: 'run.lost',
    });
  });

  test('the control plane makes only its own changes', async () => {
    const held = await openRun(stage.catalog);
    const point = await completePoint(stage.catalog, held, clock.now());
    await stage.catalog.ledger.succeed(held.run, held.epoch, null);
    const change = (region: string, state: string) =>
      sql`update copies set state = ${state}, writer_run = null, writer_epoch = null, verified_at = coalesce(verified_at, now())
          where point_id = ${point.id} and region_id = ${region}`;
    await expect(change(beta, 'copying')).rejects.toMatchObject(refusedTransition);
    await expect(change(beta, 'failed')).rejects.toMatchObject(refusedTransition);
    await expect(change(alpha, 'failed')).rejects.toMatchObject(refusedTransition);
    await expect(change(alpha, 'deleted')).rejects.toMatchObject(refusedTransition);
    await expect(
      sql`update recovery_points set state = 'failed', writer_run = null, writer_epoch = null where id = ${point.id}`,
    ).rejects.toMatchObject(refusedTransition);
    // To let a copy go is a decision; that it is gone is something that a run has seen.
    await expect(change(alpha, 'expiring')).resolves.toBeDefined();
    await expect(change(alpha, 'deleted')).rejects.toMatchObject(refusedTransition);
    await expect(change(alpha, 'stored')).resolves.toBeDefined();
  });

  test('the control plane leaves a copy alone that a live run writes, and takes it when the run is gone', async () => {
    const held = await openRun(stage.catalog);
    const point = await completePoint(stage.catalog, held, clock.now());
    await stage.catalog.copies.startCopying({ ...held, point: point.id, region: beta, reason });
    const owe = () => stage.catalog.copies.owe({ point: point.id, region: beta, state: 'failed', reason, nextAttemptAt: null });
    await expect(owe()).rejects.toMatchObject({ code: 'run.transition-refused', facts: { from: 'copying', to: 'failed' } });
    await stage.catalog.ledger.release(held.run, held.epoch);
    await expect(owe()).resolves.toMatchObject({ state: 'failed' });
  });

  test('a manifest is never replaced', async () => {
    const held = await openRun(stage.catalog);
    const point = await completePoint(stage.catalog, held, clock.now());
    await expect(
      sql`update recovery_points set manifest_sha256 = 'other', writer_run = ${held.run}, writer_epoch = ${held.epoch} where id = ${point.id}`,
    ).rejects.toMatchObject(refusedTransition);
  });
});

describe('raw SQL on the audit trail', () => {
  const append = (id: number, prevHash: string) => sql`
    insert into audit_events (id, at, actor, action, subject, facts, prev_hash, hash)
    values (${id}, now(), 'test', 'run.cancel-requested', 'trail', '{}', ${prevHash}, 'h')`;

  test('it can only grow', async () => {
    await stage.catalog.audit.append({ actor: 'test', action: 'limit.set', subject: 'trail', facts: { limit: 1 } });
    for (const table of ['audit_events', 'audit_head']) {
      for (const statement of [`update ${table} set ${table === 'audit_head' ? 'last_id = 0' : "actor = 'x'"}`, `delete from ${table}`]) {
        await expect(sql.unsafe(statement)).rejects.toMatchObject({ code: 'ZC003' });
      }
      await expect(sql.unsafe(`truncate ${table}`)).rejects.toMatchObject({ code: 'ZC003' });
    }
    await expect(sql`insert into audit_head (singleton, chain_id, last_id, last_hash) values (false, 'x', 0, 'x')`).rejects.toMatchObject({
      code: 'ZC003',
    });
    const found = await stage.catalog.audit.list({ subject: 'trail' });
    expect(found).toMatchObject([{ actor: 'test', action: 'limit.set', facts: { limit: 1 } }]);
  });

  test('an event that does not follow the last one is refused', async () => {
    const head = await stage.catalog.audit.head();
    await expect(append(head.id + 1, 'another')).rejects.toMatchObject({ code: 'ZC004', detail: `{"id": ${head.id + 1}}` });
    await expect(append(head.id + 2, head.hash)).rejects.toMatchObject({ code: 'ZC004' });
    await expect(append(head.id, head.hash)).rejects.toMatchObject({ code: '23505' });
    expect(await stage.catalog.audit.head()).toEqual(head);
  });
});
