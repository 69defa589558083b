import { z } from 'zod';
import type { Session } from './session.ts';

/**
 * What a database needs from the server around it. A dump names roles and extensions and brings neither, so a capture records them: a restore can then
 * decide what to leave out, and refuse before it has changed anything.
 */
export interface Requirements {
  /** Own something in the database. */
  owners: readonly string[];
  /** Were granted something. */
  grantees: readonly string[];
  /** Are named by row-level security policies or user mappings; without them these cannot be created. */
  named: readonly string[];
  extensions: readonly string[];
}

const rolesQuery = `
  select 'owners' as kind, r.rolname::text as name
    from pg_shdepend d join pg_roles r on r.oid = d.refobjid
   where d.refclassid = 'pg_authid'::regclass and d.deptype = 'o'
     and d.dbid = (select oid from pg_database where datname = current_database())
  union
  -- The bootstrap superuser is pinned: what it owns is in no dependency.
  select 'owners', r.rolname::text from pg_roles r where r.oid = 10 and (
       exists (select from pg_namespace n where n.nspowner = r.oid and n.oid >= 16384)
    or exists (select from pg_class c where c.relowner = r.oid and c.oid >= 16384
                 and not exists (select from pg_depend e where e.objid = c.oid and e.classid = 'pg_class'::regclass and e.deptype = 'e'))
    or exists (select from pg_proc p where p.proowner = r.oid and p.oid >= 16384
                 and not exists (select from pg_depend e where e.objid = p.oid and e.classid = 'pg_proc'::regclass and e.deptype = 'e'))
    or exists (select from pg_type t where t.typowner = r.oid and t.oid >= 16384
                 and not exists (select from pg_depend e where e.objid = t.oid and e.classid = 'pg_type'::regclass and e.deptype = 'e'))
    or exists (select from pg_publication p where p.pubowner = r.oid)
    or exists (select from pg_event_trigger v where v.evtowner = r.oid)
    or exists (select from pg_largeobject_metadata l where l.lomowner = r.oid))
  union
  select 'grantees', r.rolname::text
    from pg_shdepend d join pg_roles r on r.oid = d.refobjid
   where d.refclassid = 'pg_authid'::regclass and d.deptype = 'a'
     and d.dbid = (select oid from pg_database where datname = current_database())
  union
  select 'named', r.rolname::text from pg_policy p cross join unnest(p.polroles) as u(role) join pg_roles r on r.oid = u.role
  union
  select 'named', usename::text from pg_user_mappings where umuser <> 0`;

export async function readRequirements(session: Session): Promise<Requirements> {
  const roles = await session.query<{ kind: string; name: string }>(rolesQuery);
  const extensions = await session.query<{ name: string }>('select extname::text as name from pg_extension order by 1');
  const ofKind = (kind: string) =>
    roles
      .filter((role) => role.kind === kind)
      .map((role) => role.name)
      .toSorted();
  return {
    owners: ofKind('owners'),
    grantees: ofKind('grantees'),
    named: ofKind('named'),
    extensions: extensions.map(({ name }) => name),
  };
}

const requirementsSchema = z.object({
  owners: z.array(z.string()),
  grantees: z.array(z.string()),
  named: z.array(z.string()),
  extensions: z.array(z.string()),
});

/** As one fact of the manifest. */
export function writeRequirements(requirements: Requirements): string {
  return JSON.stringify(requirements);
}

/** Throws when the text is not what `writeRequirements` wrote. */
export function parseRequirements(text: string): Requirements {
  return requirementsSchema.parse(JSON.parse(text));
}

export interface Fit {
  /** Why the target cannot take the capture at all; empty when it can. */
  obstacles: readonly string[];
  keepOwners: boolean;
  keepRights: boolean;
  missingRoles: readonly string[];
}

/** Compares what a capture needs with what the target's server has. Owners and rights are kept only if all of them can be. */
export async function compareWithTarget(session: Session, needs: Requirements, superuser: boolean): Promise<Fit> {
  const wanted = [...new Set([...needs.owners, ...needs.grantees, ...needs.named])];
  const roles = await session.query<{ name: string; member: boolean }>(
    `select rolname::text as name, pg_has_role(oid, 'MEMBER') as member
       from pg_roles where rolname::text in (select json_array_elements_text($1::text::json))`,
    [JSON.stringify(wanted)],
  );
  const available = await session.query<{ name: string }>('select name::text as name from pg_available_extensions');
  const memberOf = new Map(roles.map(({ name, member }) => [name, member || superuser]));
  const lacking = (names: readonly string[]) => names.filter((name) => !memberOf.has(name));
  const missingExtensions = needs.extensions.filter((wantedName) => !available.some(({ name }) => name === wantedName));
  const obstacles: string[] = [];
  if (missingExtensions.length > 0) obstacles.push(`its server does not offer the extensions ${missingExtensions.join(', ')}`);
  const missingNamed = lacking(needs.named);
  if (missingNamed.length > 0) {
    obstacles.push(
      `row-level security policies or user mappings name the roles ${missingNamed.join(', ')}, which its server does not have`,
    );
  }
  const keepOwners = needs.owners.every((name) => memberOf.get(name) === true);
  // Default privileges are granted in the name of a role, so a grant may need the membership as well.
  const keepRights = keepOwners && needs.grantees.every((name) => memberOf.get(name) === true);
  return { obstacles, keepOwners, keepRights, missingRoles: lacking(wanted) };
}
