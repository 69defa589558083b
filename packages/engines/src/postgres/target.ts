import { CbcrError } from '@cbcr/domain';
import { describeConnection, type PostgresConnection } from './connection.ts';
import { markerSchema } from './restore-marker.ts';
import type { Session } from './session.ts';

const namesShown = 5;

/** Everything that a new database does not have. Members of extensions do not count: a target may be prepared with extensions. */
const contentsQuery = `
  with member as (select classid, objid from pg_depend where deptype = 'e'),
  own_schema as (
    select oid, nspname::text as name from pg_namespace
     where nspname <> 'information_schema' and nspname !~ '^pg_'
       and not exists (select from member m where m.classid = 'pg_namespace'::regclass and m.objid = pg_namespace.oid))
  select kind, name from (
    select 'schema' as kind, s.name from own_schema s where s.name <> 'public'
    union all
    select case c.relkind when 'S' then 'sequence' when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table'
                          when 'c' then 'type' else 'table' end, s.name || '.' || c.relname::text
      from pg_class c join own_schema s on s.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'S', 'v', 'm', 'f', 'c')
       and not exists (select from member m where m.classid = 'pg_class'::regclass and m.objid = c.oid)
    union all
    select 'function', s.name || '.' || p.proname::text from pg_proc p join own_schema s on s.oid = p.pronamespace
     where not exists (select from member m where m.classid = 'pg_proc'::regclass and m.objid = p.oid)
    union all
    select 'type', s.name || '.' || t.typname::text from pg_type t join own_schema s on s.oid = t.typnamespace
     where t.typtype in ('e', 'd', 'r', 'b') and t.typelem = 0 and t.typrelid = 0
       and not exists (select from member m where m.classid = 'pg_type'::regclass and m.objid = t.oid)
    union all
    select 'large object', oid::text from pg_largeobject_metadata
    union all
    select 'publication', pubname::text from pg_publication
    union all
    select 'event trigger', evtname::text from pg_event_trigger
     where not exists (select from member m where m.classid = 'pg_event_trigger'::regclass and m.objid = pg_event_trigger.oid)
    union all
    select 'foreign server', srvname::text from pg_foreign_server
  ) found order by kind, name`;

/** Throws `engine.target-not-empty` with what was found. */
export async function requireEmptyTarget(session: Session, connection: PostgresConnection): Promise<void> {
  const contents = await session.query<{ kind: string; name: string }>(contentsQuery);
  if (contents.length === 0) return;
  const incomplete = contents.some(({ kind, name }) => kind === 'schema' && name === markerSchema);
  const found = `${incomplete ? 'an incomplete restore: ' : ''}${summarise(contents)}`;
  throw new CbcrError('engine.target-not-empty', { database: describeConnection(connection), found });
}

/** `3 tables, 1 view (public.a, public.b, …)` */
function summarise(contents: readonly { kind: string; name: string }[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of contents) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const kinds = [...counts].map(([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`);
  const names = contents.slice(0, namesShown).map(({ name }) => name.replace(/\p{Cc}/gu, '?'));
  return `${kinds.join(', ')} (${names.join(', ')}${contents.length > namesShown ? ', …' : ''})`;
}
