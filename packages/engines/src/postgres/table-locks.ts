import type { Session } from './session.ts';

const tablesPerStatement = 500;
const lockTimeoutMs = 600_000;

/**
 * Holds back changes of the schema while the streams of a capture are dumped one after the other: a table that is dropped, truncated or
 * rewritten between two dumps would be in one stream and missing, or empty, in the next. Reading and writing go on.
 * Needs the right to read every table, which a dump needs as well.
 */
export async function lockTables(session: Session): Promise<void> {
  const tables = await session.query<{ name: string }>(`
    select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
       and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
     order by c.oid`);
  await session.query(`set local lock_timeout = ${lockTimeoutMs}`);
  for (let first = 0; first < tables.length; first += tablesPerStatement) {
    const names = tables.slice(first, first + tablesPerStatement).map(({ name }) => `only ${name}`);
    await session.query(`lock table ${names.join(', ')} in access share mode`);
  }
}
