import type { Sql } from 'postgres';

/** Instances with daily points of three copies each, one copy in a hundred owed; straight into the tables, without their triggers. */
export async function fillCatalog(sql: Sql, { instances, points }: { instances: number; points: number }): Promise<void> {
  await sql`set session_replication_role = replica`;
  await sql`
    insert into instances (id, engine, home_region, policy_id, data_class, labels, connection, source, created_at)
    select 'database-' || n, 'postgres', 'place-' || (n % 12 + 1), 'all', (array['people', 'patients', 'books', 'cards', 'public'])[n % 5 + 1],
           case when n % 10 = 0 then '{"tier": "gold"}'::jsonb else '{}' end, 'env:DATABASE_URL', 'api', now()
    from generate_series(0, ${instances - 1}::int) n`;
  await sql`
    insert into recovery_points (id, instance_id, run_id, run_epoch, state, engine, captured_at, completed_at, plaintext_bytes, stored_bytes,
                                 policy_hash, manifest_sha256, placement, synchronous_minimum, key_ids)
    select 'rp_' || lpad(n::text, 10, '0') || lpad(age::text, 16, '0'), 'database-' || n, 'run', 1, 'complete', 'postgres',
           now() - (age + 0.5) * interval '1 day', now() - (age + 0.4) * interval '1 day', 2000000000, 1000000000 + age, 'hash', 'sha', '{}', 1, '{key}'
    from generate_series(0, ${instances - 1}::int) n, generate_series(0, ${points - 1}::int) age`;
  await sql`
    insert into copies (point_id, region_id, role, state, reason, since, stored_bytes, verified_at, demanded)
    select 'rp_' || lpad(n::text, 10, '0') || lpad(age::text, 16, '0'), 'place-' || ((n + place) % 12 + 1),
           case when place = 0 then 'primary' else 'secondary' end, case when place > 0 and (age + n) % 100 = 0 then 'failed' else 'verified' end,
           '{"rule": "made-up", "text": "for a bench"}', now() - age * interval '1 day', 1000000000,
           case when place > 0 and (age + n) % 100 = 0 then null else now() - interval '5 days' end, true
    from generate_series(0, ${instances - 1}::int) n, generate_series(0, ${points - 1}::int) age, generate_series(0, 2) place`;
  await sql`vacuum analyze`;
}
