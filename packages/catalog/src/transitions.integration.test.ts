import { canTransition, systemClock as clock, type TransitionTable, transitionTables } from '@cbcr/domain';
import type {} from '@cbcr/testkit/vitest-servers';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { RunWriter } from './queries/fence.ts';
import { applyStage, beginPoint, beta, openRun } from './testing/stage.ts';
import { createTestCatalog, type TestCatalog } from './testing/test-catalog.ts';

/* Every pair of states of every machine, as raw SQL in the name of a run that may write and of the control plane. */
let stage: TestCatalog;
let sql: postgres.Sql;
let held: RunWriter;
let controlPlane: Set<string>;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  await applyStage(stage.catalog);
  sql = postgres(stage.url, { max: 1, onnotice: () => undefined });
  held = await openRun(stage.catalog);
  const rows = await sql`select machine, from_state, to_state from state_transitions where control_plane`;
  controlPlane = new Set(rows.map((row) => `${row['machine']} ${row['from_state']} ${row['to_state']}`));
});
afterAll(async () => {
  await sql.end();
  await stage.drop();
});

/** Puts the row into `from` behind the triggers' back, tries the change, and undoes both. Null when it was allowed. */
async function tryChange(prepare: postgres.PendingQuery<postgres.Row[]>[], change: () => postgres.PendingQuery<postgres.Row[]>) {
  await sql`begin`;
  try {
    await sql`set local session_replication_role = replica`;
    for (const statement of prepare) await statement;
    await sql`set local session_replication_role = origin`;
    await change();
    return null;
  } catch (error) {
    return error instanceof postgres.PostgresError ? error.code : String(error);
  } finally {
    await sql`rollback`;
  }
}

const pairsOf = (table: TransitionTable<string>) => {
  const states = Object.keys(table);
  return states.flatMap((from) => states.map((to) => ({ from, to, isLegal: canTransition(table, from, to) })));
};

/** What a run writes down when a listing showed that nothing is left. */
const proveAbsence = (point: string, run: string) => sql`
  insert into deletions (instance_id, point_id, region_id, purpose, whole_point, requested_by, reasons, planned_at, run_id, begun_at, confirmed_absent_at)
  values ('shop', ${point}, ${beta}, 'retention', false, 'test', '[]', now(), ${run}, now(), now())`;

describe('copies', () => {
  test('are deleted only where a listing proved that nothing is left, and never whole again once bytes may be gone', async () => {
    const { id } = await beginPoint(stage.catalog, held, clock.now());
    const expiring = () => sql`update copies set state = 'expiring', writer_run = null where point_id = ${id} and region_id = ${beta}`;
    const begun =
      () => sql`insert into deletions (instance_id, point_id, region_id, purpose, whole_point, requested_by, reasons, planned_at, run_id, begun_at)
      values ('shop', ${id}, ${beta}, 'retention', false, 'test', '[]', now(), ${held.run}, now())`;
    const change = (to: string, run: string | null, epoch: number | null) => () =>
      sql`update copies set state = ${to}, writer_run = ${run}, writer_epoch = ${epoch} where point_id = ${id} and region_id = ${beta}`;
    const asRun = change('deleted', held.run, held.epoch);
    expect(await tryChange([expiring()], asRun), 'without a word').toBe('ZC001');
    expect(await tryChange([expiring(), begun()], asRun), 'begun').toBe('ZC001');
    expect(await tryChange([expiring(), proveAbsence(id, 'another')], asRun), 'of another run').toBe('ZC001');
    expect(await tryChange([expiring(), proveAbsence(id, held.run)], asRun)).toBeNull();
    expect(await tryChange([expiring(), begun()], change('stored', null, null)), 'made whole').toBe('ZC001');
    expect(await tryChange([expiring()], change('stored', null, null))).toBeNull();
  });

  test.each(pairsOf(transitionTables.copy))('$from → $to', async ({ from, to, isLegal }) => {
    const { id } = await beginPoint(stage.catalog, held, clock.now());
    const prepare = () => [
      sql`update copies set state = ${from}, verified_at = now(), writer_run = null where point_id = ${id} and region_id = ${beta}`,
      ...(to === 'deleted' ? [proveAbsence(id, held.run)] : []),
    ];
    const change = (run: string | null, epoch: number | null) => () =>
      sql`update copies set state = ${to}, writer_run = ${run}, writer_epoch = ${epoch} where point_id = ${id} and region_id = ${beta}`;
    expect(await tryChange(prepare(), change(held.run, held.epoch)), 'a run').toBe(isLegal || from === to ? null : 'ZC001');
    const mayControlPlane = from === to || controlPlane.has(`copy ${from} ${to}`);
    expect(await tryChange(prepare(), change(null, null)), 'the control plane').toBe(mayControlPlane ? null : 'ZC001');
  });
});

describe('recovery points', () => {
  test.each(pairsOf(transitionTables.point))('$from → $to', async ({ from, to, isLegal }) => {
    const { id } = await beginPoint(stage.catalog, held, clock.now());
    const prepare = () => [sql`update recovery_points set state = ${from}, manifest_sha256 = 'm' where id = ${id}`];
    const change = (run: string | null, epoch: number | null) => () =>
      sql`update recovery_points set state = ${to}, writer_run = ${run}, writer_epoch = ${epoch} where id = ${id}`;
    expect(await tryChange(prepare(), change(held.run, held.epoch)), 'a run').toBe(isLegal || from === to ? null : 'ZC001');
    expect(await tryChange(prepare(), change(null, null)), 'the control plane').toBe(
      controlPlane.has(`point ${from} ${to}`) ? null : 'ZC001',
    );
  });
});

describe('runs', () => {
  test.each(pairsOf(transitionTables.run))('$from → $to', async ({ from, to, isLegal }) => {
    const prepare = [sql`update runs set state = ${from} where id = ${held.run}`];
    // A run is opened with the next epoch, and leaves `running` in the name of the current one.
    const epoch = to === 'running' ? held.epoch + 1 : held.epoch;
    const change = () => sql`update runs set state = ${to}, epoch = ${epoch}, writer_epoch = ${held.epoch} where id = ${held.run}`;
    expect(await tryChange(prepare, change)).toBe(isLegal || (from === to && to !== 'running') ? null : 'ZC001');
  });
});
