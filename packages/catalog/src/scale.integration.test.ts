import { systemClock as clock } from '@cbcr/domain';
import { waitUntil } from '@cbcr/testkit';
import type {} from '@cbcr/testkit/vitest-servers';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import type { Catalog } from './catalog.ts';
import { applyStage, instanceNamed } from './testing/stage.ts';
import { createTestCatalog, type TestCatalog } from './testing/test-catalog.ts';

/*
 * 10,000 instances with 5 points each in 3 regions: small enough for a test, large enough that the planner prefers an index where there
 * is one. Of 150,000 copies 0.2 % are owed; of 50,000 runs 50 are active.
 */
let stage: TestCatalog;
let sql: postgres.Sql;
beforeAll(async () => {
  stage = await createTestCatalog({ adminUrl: inject('postgresAdminUrl'), clock });
  await applyStage(stage.catalog);
  sql = postgres(stage.url, { max: 1, onnotice: () => undefined });
  // Triggers and foreign keys would take minutes, and are tested elsewhere.
  await sql`set session_replication_role = replica`;
  await sql`
    insert into instances (id, engine, home_region, policy_id, data_class, labels, connection, source, created_at, next_due_at)
    select 'many-' || n, 'postgres', 'alpha', 'standard', 'default', '{}', 'env:X', 'api', now(), now() + n * interval '1 second'
    from generate_series(1, 10000) n`;
  await sql`
    insert into runs (id, kind, region_id, instance_id, point_id, state, state_since, epoch, requested_by, created_at, heartbeat_at)
    select 'run_' || lpad(n::text, 8, '0'), 'backup', 'alpha', 'many-' || (n % 10000 + 1), 'rp_' || lpad(n::text, 8, '0'),
           case when n % 1000 = 0 then 'running' else 'succeeded' end, now() - interval '1 hour', 1, 'test', now(), now() - interval '1 hour'
    from generate_series(1, 50000) n`;
  await sql`
    insert into recovery_points (id, instance_id, run_id, run_epoch, state, engine, captured_at, policy_hash, manifest_sha256, placement, synchronous_minimum)
    select 'rp_' || lpad(n::text, 8, '0'), 'many-' || (n % 10000 + 1), 'run_' || lpad(n::text, 8, '0'), 1, 'complete', 'postgres',
           now() - n * interval '1 minute', 'hash', 'sha', '{}', 1
    from generate_series(1, 50000) n`;
  await sql`
    insert into copies (point_id, region_id, role, state, reason, since, verified_at, demanded, expires_at)
    select 'rp_' || lpad(n::text, 8, '0'), region, 'secondary', case when n % 500 = 0 and region = 'beta' then 'failed' else 'verified' end,
           '{}', now() - n * interval '1 minute', now(), true,
           case when n % 500 = 1 then now() - interval '1 hour' when n % 2 = 0 then now() + n * interval '1 hour' end
    from generate_series(1, 50000) n, unnest(array['alpha', 'beta', 'gamma']) region`;
  await sql`vacuum analyze`;
}, 180_000);
afterAll(async () => {
  await sql.end();
  await stage.drop();
});

interface TableUse {
  table: string;
  seq: number;
  idx: number;
}
const readUse = async (): Promise<Map<string, TableUse>> => {
  const rows = await sql<TableUse[]>`
    select relname as table, seq_scan::int as seq, coalesce(idx_scan, 0)::int as idx from pg_stat_user_tables`;
  return new Map(rows.map((row) => [row.table, row]));
};

const now = () => clock.now();
const operations: Record<string, { tables: string[]; run(catalog: Catalog): Promise<unknown[]>; found: number }> = {
  'candidates of the reconciler': {
    tables: ['copies', 'recovery_points', 'runs'],
    run: async (catalog) => (await catalog.points.candidates(now(), 50)).candidates,
    found: 50,
  },
  'the next page of candidates': {
    tables: ['copies', 'recovery_points', 'runs'],
    run: async (catalog) => {
      const { cursor } = await catalog.points.candidates(now(), 50);
      return (await catalog.points.candidates(now(), 50, cursor)).candidates;
    },
    found: 50,
  },
  'runs that nobody looks after': { tables: ['runs'], run: (catalog) => catalog.runs.lostCandidates(now(), 60_000), found: 50 },
  debts: { tables: ['copies'], run: (catalog) => catalog.copies.debts({ limit: 20 }), found: 20 },
  'instances that are due': {
    tables: ['instances'],
    run: (catalog) =>
      catalog.instances.claimDue({
        now: new Date(now().getTime() + 60_000),
        limit: 20,
        kind: 'verify',
        requestedBy: 'test',
        nextDue: () => new Date(now().getTime() + 86_400_000),
      }),
    found: 20,
  },
  'the newest restorable point': {
    tables: ['recovery_points', 'copies'],
    run: async (catalog) => [await catalog.points.latestRestorable(instanceNamed('many-77').id)],
    found: 1,
  },
  'points of an instance': {
    tables: ['recovery_points', 'copies'],
    run: (catalog) => catalog.points.list({ instance: instanceNamed('many-77').id }),
    found: 5,
  },
  'what a page of instances holds': {
    tables: ['recovery_points', 'copies'],
    run: (catalog) => catalog.holdings.list(Array.from({ length: 50 }, (_, index) => instanceNamed(`many-${index + 1}`).id)),
    found: 50,
  },
  'copies that have expired': {
    tables: ['copies', 'recovery_points'],
    run: (catalog) => catalog.retention.dueCopies(now(), 20),
    found: 20,
  },
  'instances whose copies must be judged': {
    tables: ['instances'],
    run: (catalog) => catalog.retention.claimDueReviews({ now: now(), limit: 20, leaseMs: 60_000 }),
    found: 20,
  },
  'runs of an instance': { tables: ['runs'], run: (catalog) => catalog.runs.list({ instance: instanceNamed('many-77').id }), found: 5 },
  'newest runs': { tables: ['runs'], run: (catalog) => catalog.runs.list({ limit: 20 }), found: 20 },
};

test.each(Object.entries(operations))('%s are found by index', async (_name, { tables, run, found }) => {
  const before = await readUse();
  const catalog = stage.openAnother({ maxConnections: 1 });
  expect(await run(catalog)).toHaveLength(found);
  // A backend reports what it scanned at the latest when it ends.
  await catalog.close();
  for (const table of tables) {
    const wasScanned = async () => ((await readUse()).get(table)?.idx ?? 0) > (before.get(table)?.idx ?? 0);
    expect(await waitUntil(wasScanned, { deadlineMs: 60_000 }), `index scans of ${table}`).toBe(true);
  }
  const after = await readUse();
  for (const table of tables) expect(after.get(table)?.seq, `sequential scans of ${table}`).toBe(before.get(table)?.seq);
});
