import { CbcrError, isCbcrError } from '@cbcr/domain';
import { describeConnection, type PostgresConnection } from './connection.ts';
import type { Session } from './session.ts';
import { requireEmptyTarget } from './target.ts';

/** Throws `engine.clean-unconfirmed` unless `named` is the name of the database, letter by letter. */
export function requireConfirmation({ database }: PostgresConnection, named: string): void {
  if (named !== database) throw new CbcrError('engine.clean-unconfirmed', { found: database, named: named.slice(0, 100) });
}

/**
 * Removes everything that `requireEmptyTarget` would find, inside the caller's transaction: all of it or nothing. Extensions stay, except those in a
 * schema that goes; so do the database itself, its settings, its rights and those of `public`. Throws `engine.clean-failed`, after which the transaction is to be given up.
 */
export async function cleanTarget(session: Session, connection: PostgresConnection): Promise<void> {
  const database = describeConnection(connection);
  const refuse = (cause: unknown) => new CbcrError('engine.clean-failed', { database, cause: String(cause).replace(/\.$/, '') });
  try {
    await session.query(removeEverything);
    await requireEmptyTarget(session, connection);
  } catch (error) {
    if (!isCbcrError(error) || error.code === 'engine.unreachable') throw error;
    throw error.code === 'engine.target-not-empty'
      ? refuse(`it would still hold ${error.facts['found']}`)
      : refuse(error.facts['cause'] ?? error.message);
  }
}

/**
 * Statements are collected before the first of them runs, because an object that went with another one can no longer be named. A lock
 * that somebody else holds is not waited for without end.
 */
const removeEverything = `
  set local lock_timeout = '20s';
  do $clean$
  declare
    statements text[];
    statement text;
  begin
    if exists (select from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())) then
      raise exception 'it has subscriptions, which only DROP SUBSCRIPTION ends properly';
    end if;
    with member as (select classid, objid from pg_depend where deptype = 'e'),
    doomed as (
      select 1 as step, 'event trigger' as kind, quote_ident(evtname) as name from pg_event_trigger e
       where not exists (select from member m where m.classid = 'pg_event_trigger'::regclass and m.objid = e.oid)
      union all select 2, 'publication', quote_ident(pubname) from pg_publication
      union all select 2, 'server', quote_ident(srvname) from pg_foreign_server
      union all select 3, 'foreign data wrapper', quote_ident(fdwname) from pg_foreign_data_wrapper w
       where not exists (select from member m where m.classid = 'pg_foreign_data_wrapper'::regclass and m.objid = w.oid)
      union all select 4, 'cast', (pg_identify_object('pg_cast'::regclass, c.oid, 0)).identity from pg_cast c
       where c.oid >= 16384 and not exists (select from member m where m.classid = 'pg_cast'::regclass and m.objid = c.oid)
      union all select 5, 'schema', quote_ident(nspname) from pg_namespace n
       where nspname not in ('public', 'information_schema') and nspname !~ '^pg_'
         and not exists (select from member m where m.classid = 'pg_namespace'::regclass and m.objid = n.oid)
      union all select 6, case o.type when 'composite type' then 'type' when 'statistics object' then 'statistics' when 'function' then 'routine'
                          when 'procedure' then 'routine' when 'aggregate' then 'routine' else o.type end, o.identity
        from pg_depend d, pg_identify_object(d.classid, d.objid, 0) o
       where d.refclassid = 'pg_namespace'::regclass and d.refobjid = to_regnamespace('public') and d.deptype = 'n'
         and d.classid <> 'pg_extension'::regclass
         -- The sequence of an identity column goes with its table, and only so.
         and not exists (select from pg_depend i where i.classid = d.classid and i.objid = d.objid and i.objsubid = 0 and i.deptype = 'i')
         and not exists (select from member m where m.classid = d.classid and m.objid = d.objid)
    ),
    right_given as (
      select a.defaclrole::regrole as giver, a.defaclnamespace as space, a.defaclobjtype as type, g.grantee,
             case a.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'routines' when 'T' then 'types'
                                  when 'n' then 'schemas' else 'large objects' end as kind
        from pg_default_acl a, aclexplode(a.defaclacl) g
       where a.defaclnamespace = 0 or a.defaclnamespace = to_regnamespace('public')
    ),
    change as (
      select step, format('drop %s if exists %s cascade', kind, name) as words from doomed
      union all
      select 7, format('alter default privileges for role %s %s revoke all on %s from %s', giver, case when space <> 0 then 'in schema public' end, kind,
                       case when grantee = 0 then 'public' else grantee::regrole::text end) from right_given
      -- What every role has from the beginning; an entry that says nothing else goes away by itself.
      union all select 8, format('alter default privileges for role %s grant all on %s to %s', giver, kind, giver) from right_given where space = 0
      union all select 8, format('alter default privileges for role %s grant execute on routines to public', giver) from right_given where space = 0 and type = 'f'
      union all select 8, format('alter default privileges for role %s grant usage on types to public', giver) from right_given where space = 0 and type = 'T'
    )
    select array_agg(words order by step) into statements from change;
    foreach statement in array coalesce(statements, '{}') loop
      execute statement;
    end loop;
    perform lo_unlink(oid) from pg_largeobject_metadata;
  end
  $clean$`;
