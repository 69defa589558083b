import { CbcrError } from '@cbcr/domain';
import type { EngineContext, FinishedRestore, RestorePlan, SourceFacts } from '../engine.ts';
import { endEarlierSessions } from './attempt-fence.ts';
import type { PostgresTools } from './capture.ts';
import { requireConfirmation } from './clean-target.ts';
import { chooseDumpTools, findClientTools } from './client-tools.ts';
import { describeConnection, type PostgresConnection } from './connection.ts';
import { requireOtherDatabase } from './database-identity.ts';
import { hasCommitted } from './release-receipt.ts';
import { hasMarker, isOwnedBy } from './restore-marker.ts';
import type { Fallback } from './server-errors.ts';
import { readServerFacts } from './server-facts.ts';
import { openSession, type Session } from './session.ts';
import { requireEmptyTarget } from './target.ts';

export async function inspectPostgres(connection: PostgresConnection, context: EngineContext, tools: PostgresTools): Promise<SourceFacts> {
  return await withSession(connection, context, tools, async (session) => {
    const target = describeConnection(connection);
    if (await hasMarker(session)) throw new CbcrError('engine.source-incomplete', { database: target });
    const server = await readServerFacts(session);
    const chosen = chooseDumpTools(await findClientTools(tools.toolFolders, { signal: context.signal, clock: tools.clock }), server);
    const unreadable = await findUnreadable(session);
    if (unreadable.length > 0) {
      const some = unreadable.slice(0, 5).join(', ');
      throw new CbcrError('engine.denied', { database: target, cause: `no right to read ${unreadable.length} objects, such as ${some}` });
    }
    return { target, serverVersion: server.version, toolVersion: chosen.version, estimatedBytes: await estimateBytes(session) };
  });
}

export async function checkPostgresTarget(
  connection: PostgresConnection,
  context: EngineContext,
  { clean, owner, facts = {} }: RestorePlan,
  tools: PostgresTools,
): Promise<void> {
  if (clean !== undefined) requireConfirmation(connection, clean);
  await withSession(connection, context, tools, async (session) => {
    await requireOtherDatabase(session, connection, facts);
    if (clean === undefined && !(await isOwnedBy(session, owner))) await requireEmptyTarget(session, connection);
  });
}

export async function isPostgresRestored(
  connection: PostgresConnection,
  context: EngineContext,
  { owner, receipt }: FinishedRestore,
  tools: PostgresTools,
): Promise<boolean> {
  return await withSession(connection, context, tools, async (session) => {
    await endEarlierSessions(session, owner, { signal: context.signal, clock: tools.clock });
    return (await hasCommitted(session, receipt)) && !(await hasMarker(session));
  });
}

async function withSession<T>(
  connection: PostgresConnection,
  { signal }: EngineContext,
  { clock }: PostgresTools,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const fallback: Fallback = (cause) => new CbcrError('run.unexpected', { cause });
  const session = await openSession(connection, { signal, clock, fallback });
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** Tables and sequences that a dump has to read and the login may not. */
async function findUnreadable(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(`
    select n.nspname::text || '.' || c.relname::text as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'S') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
       and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
       and not (has_schema_privilege(n.oid, 'usage')
                and case c.relkind when 'S' then has_sequence_privilege(c.oid, 'select') else has_table_privilege(c.oid, 'select') end)
     order by 1`);
  return rows.map(({ name }) => name);
}

/** Rows and their out-of-line values, without indexes: a dump has no more. */
async function estimateBytes(session: Session): Promise<number> {
  const [row] = await session.query<{ bytes: string }>(`
    select coalesce(sum(pg_table_size(c.oid)), 0)::text as bytes
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'`);
  return Number(row?.bytes ?? 0);
}
