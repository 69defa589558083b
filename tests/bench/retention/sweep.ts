/** `pnpm bench:sweep`: what it costs to find 10,000 expired copies among 4,000,000, page by page, and that only candidates are read. */
import { randomBytes } from 'node:crypto';
import { type DueCopy, migrateCatalog, openCatalog } from '@cbcr/catalog';
import { readMachineEnvironment } from '@cbcr/config';
import { systemClock as clock, createIdFactory } from '@cbcr/domain';
import { createTemporaryFolder, startPostgres } from '@cbcr/testkit';
import postgres from 'postgres';

const say = (line: string) => void process.stdout.write(`${line}\n`);
const folder = await createTemporaryFolder();
const server = await startPostgres({ folder: folder.path, environment: readMachineEnvironment(), durable: false });
try {
  const url = server.adminUrl;
  await migrateCatalog({ url, clock });
  const sql = postgres(url, { max: 1, onnotice: () => undefined });
  // Triggers and foreign keys would take hours, and are tested elsewhere.
  await sql`set session_replication_role = replica`;
  await sql`
    insert into recovery_points (id, instance_id, run_id, run_epoch, state, engine, captured_at, policy_hash, manifest_sha256, placement, synchronous_minimum)
    select 'rp_' || lpad(n::text, 26, '0'), 'many-' || n % 10000, 'run', 1, 'complete', 'postgres', now() - n * interval '1 minute', 'h', 's', '{}', 1
    from generate_series(1, 1000000) n`;
  await sql`
    insert into copies (point_id, region_id, role, state, reason, since, verified_at, demanded, expires_at)
    select 'rp_' || lpad(n::text, 26, '0'), region, 'secondary', 'verified', '{}', now(), now(), true,
           case when region = 'beta' and n % 100 = 0 then now() - n * interval '1 second' when n % 3 > 0 then now() + interval '1 day' + n * interval '1 second' end
    from generate_series(1, 1000000) n, unnest(array['alpha', 'beta', 'gamma', 'delta']) region`;
  await sql`vacuum analyze copies, recovery_points`;
  const [size] = await sql`select count(*)::int as copies, count(*) filter (where expires_at <= now())::int as due from copies`;
  const plan = await sql`
    explain select c.point_id from copies c join recovery_points p on p.id = c.point_id
    where c.expires_at <= now() and c.state in ('stored', 'verified') order by c.expires_at, c.point_id, c.region_id limit 500`;
  const planned = plan.map((row) => String(row['QUERY PLAN'])).join('\n');
  say(`${size?.['copies']} copies, ${size?.['due']} expired\n${planned}`);
  if (!planned.includes('copies_due') || planned.includes('Seq Scan')) throw new Error('the sweep does not go by its index');

  const catalog = openCatalog({
    ...{ url, clock, ids: createIdFactory(clock, randomBytes), applicationName: 'bench', maxConnections: 1 },
    onError: (error) => say(String(error)),
  });
  await sql`select pg_stat_reset()`;
  const began = clock.monotonicMs();
  let found = 0;
  let pages = 0;
  for (let after: DueCopy | null = null; ; pages++) {
    const page: DueCopy[] = await catalog.retention.dueCopies(clock.now(), 500, after);
    found += page.length;
    after = page.at(-1) ?? null;
    if (page.length < 500) break;
  }
  const tookMs = clock.monotonicMs() - began;
  // A backend reports what it read at the latest when it ends.
  await catalog.close();
  const [read] = await sql`select seq_scan::int as seq, seq_tup_read::int as rows from pg_stat_user_tables where relname = 'copies'`;
  say(`${found} found in ${pages} pages: ${(tookMs / 1000).toFixed(2)} s; sequential scans of copies: ${read?.['seq']}`);
  say(`${tookMs < 30_000 && found === size?.['due'] && read?.['seq'] === 0 ? 'keeps' : 'BREAKS'} the promise of 30 s and candidates only`);
  await sql.end();
} finally {
  await server.stop();
  await folder.remove();
}
