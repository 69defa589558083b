import type { Clock } from '@cbcr/domain';
import type { RestoreOwner } from '../engine.ts';
import type { Session } from './session.ts';

/**
 * Keeps tools of an overtaken attempt out of the target. A worker that froze between two of them starts the next one as soon as it wakes up, before it
 * can learn that another attempt has taken over, and rows that its tool copies would be there twice.
 *
 * So every attempt has an object of its own in the target, and its tools ask for that object in the moment in which they connect: Postgres refuses a connection
 * whose `default_text_search_config` names a configuration that does not exist. No other setting is checked against the catalog so early and needs
 * no right but that to make a schema. The configuration is a copy of the target's default, so that what it is asked during a restore has the same answer.
 */
export async function raiseFence(session: Session, schema: string, owner: RestoreOwner | undefined): Promise<void> {
  const others = await session.query<{ name: string }>(
    'select quote_ident(cfgname) as name from pg_ts_config where cfgnamespace = to_regnamespace($1)',
    [schema],
  );
  for (const { name } of others) await session.query(`drop text search configuration ${schema}.${name}`);
  // A default of the database may name what went when the target was emptied, or what the restore is about to bring.
  const [row] = await session.query<{ name: string }>(
    `select format('%I.%I', nspname, cfgname) as name from pg_ts_config join pg_namespace n on n.oid = cfgnamespace
      where format('%I.%I', nspname, cfgname) = current_setting('default_text_search_config')`,
  );
  await session.query(`create text search configuration ${schema}.${fenceOf(owner)} (copy = ${row?.name ?? 'pg_catalog.simple'})`);
}

/** Rejects when the fence is not this attempt's. */
export async function dropFence(session: Session, schema: string, owner: RestoreOwner | undefined): Promise<void> {
  await session.query(`drop text search configuration ${schema}.${fenceOf(owner)}`);
}

/** Settings under which a connection is refused unless the fence is this attempt's. */
export const fencedSettings = (schema: string, owner: RestoreOwner | undefined): Record<string, string> => ({
  default_text_search_config: `${schema}.${fenceOf(owner)}`,
});

const fenceOf = (owner: RestoreOwner | undefined): string => `attempt_${nameOf(owner)}`;

/** How the sessions of an attempt are called. Postgres cuts names after 63 bytes. */
export const attemptApplication = (owner: RestoreOwner | undefined): string =>
  owner === undefined ? 'cbcr' : `cbcr ${nameOf(owner, ' ')}`;

const nameOf = (owner: RestoreOwner | undefined, between = '_') =>
  owner === undefined ? '0' : `${plainId(owner.id)}${between}${owner.attempt}`;

const endingMs = 10_000;

/**
 * Ends what is still at work for the owner's attempts before this one, and waits until it has gone. Tools outlive a worker that was killed or froze, and what
 * they hold locked would be in the way. Throws an ordinary error when something does not end.
 */
export async function endEarlierSessions(
  session: Session,
  { id, attempt }: RestoreOwner,
  { signal, clock }: { signal: AbortSignal; clock: Clock },
): Promise<void> {
  const earlier = `datname = current_database() and usename = current_user and pid <> pg_backend_pid() and application_name like 'cbcr %'
    and split_part(application_name, ' ', 2) = $1 and ('0' || regexp_replace(split_part(application_name, ' ', 3), '\\D', '', 'g'))::bigint < $2::bigint`;
  const deadline = clock.monotonicMs() + endingMs;
  for (;;) {
    const ended = await session.query(`select pg_terminate_backend(pid) from pg_stat_activity where ${earlier}`, [
      plainId(id),
      String(attempt),
    ]);
    if (ended.length === 0) return;
    if (clock.monotonicMs() > deadline) throw new Error(`${ended.length} sessions of an earlier attempt do not end`);
    await clock.sleep(50, { signal });
  }
}

/** An identifier that needs no quotes. */
const plainId = (id: string): string => id.toLowerCase();
