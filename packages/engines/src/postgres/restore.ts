import { CbcrError, type Clock } from '@cbcr/domain';
import { feedChild } from '../child-process/child-streams.ts';
import type { EngineContext, RestoreOptions, RestoreSource, RestoreStream } from '../engine.ts';
import { asIncomplete } from '../incomplete-restore.ts';
import { attemptApplication } from './attempt-fence.ts';
import { type PostgresTools, type Section, sections } from './capture.ts';
import { claimTarget, releaseTarget } from './claim-target.ts';
import { requireConfirmation } from './clean-target.ts';
import { chooseRestoreTools, findClientTools } from './client-tools.ts';
import { describeConnection, type PostgresConnection } from './connection.ts';
import { requireOtherDatabase } from './database-identity.ts';
import { compareWithTarget, parseRequirements } from './requirements.ts';
import { restorePostData } from './restore-post-data.ts';
import { type RestoreSettings, startRestore } from './restore-tool.ts';
import { type Fallback, translateServerError } from './server-errors.ts';
import { readServerFacts } from './server-facts.ts';
import { openSession } from './session.ts';

/** Restores the three sections in order. The marker of an incomplete restore is set before the first byte and removed after the last statement. */
export async function restorePostgres(
  connection: PostgresConnection,
  source: RestoreSource,
  context: EngineContext,
  options: RestoreOptions,
  tools: PostgresTools,
): Promise<void> {
  const { signal, note } = context;
  const database = describeConnection(connection);
  const fallback: Fallback = (cause) => new CbcrError('engine.restore-failed', { database, cause });
  const translate = (error: unknown) => (signal.aborted ? signal.reason : translateServerError(error, connection, fallback));
  const plan = await prepareTarget(connection, source, context, { ...options, tools, fallback }).catch((error: unknown) => {
    throw translate(error);
  });
  try {
    for (const section of sections) {
      const stream = streamOf(source, section);
      note(`restoring ${section}`, { bytes: stream.plaintextBytes });
      const settings = { ...plan, connection, signal, clock: tools.clock };
      if (section === 'post-data') await restorePostData(settings, stream, context.scratchFolder, options.jobs);
      else await restoreFromStream(settings, section, stream);
    }
    note('collecting statistics');
    await completeTarget(connection, options, context, tools.clock, fallback);
  } catch (error) {
    throw asIncomplete(translate(error), fallback);
  }
}

type Plan = Pick<RestoreSettings, 'folder' | 'fit' | 'owner'>;

/** Checks everything that can be checked, and only then writes the marker. */
async function prepareTarget(
  connection: PostgresConnection,
  source: RestoreSource,
  { signal, note }: EngineContext,
  { clean, owner, tools, fallback }: RestoreOptions & { tools: PostgresTools; fallback: Fallback },
): Promise<Plan> {
  for (const section of sections) streamOf(source, section);
  const database = describeConnection(connection);
  if (clean !== undefined) requireConfirmation(connection, clean);
  const found = await findClientTools(tools.toolFolders, { signal, clock: tools.clock });
  const session = await openSession(connection, { signal, clock: tools.clock, fallback, applicationName: attemptApplication(owner) });
  try {
    await requireOtherDatabase(session, connection, source.facts);
    const server = await readServerFacts(session);
    const { folder, version } = chooseRestoreTools(found, source.facts['toolVersion'] ?? server.version, server);
    const fit = await compareWithTarget(session, parseRequirements(source.facts['requirements'] ?? ''), server.superuser);
    if (fit.obstacles.length > 0) throw new CbcrError('engine.target-unfit', { database, cause: fit.obstacles.join('; ') });
    const { emptied } = await claimTarget(session, { connection, clean, owner, signal, clock: tools.clock });
    note(emptied ? 'emptied and prepared the target' : 'prepared the target', {
      server: server.version,
      tool: version,
      encoding: server.encoding,
      collation: server.collation,
    });
    if (!fit.keepOwners || !fit.keepRights) {
      note(
        `${fit.keepOwners ? 'rights are' : 'owners and rights are'} left out: the target's server lacks roles, or the login may not act for them`,
        {
          missingRoles: fit.missingRoles.join(', '),
          login: server.user,
        },
      );
    }
    return { folder, fit, owner };
  } finally {
    await session.close();
  }
}

async function restoreFromStream(settings: RestoreSettings, section: Section, stream: RestoreStream): Promise<void> {
  const child = startRestore(settings, [`--section=${section}`]);
  child.stdout.resume();
  await feedChild(child, stream.open(), stream.plaintextBytes);
}

/** Without statistics the first queries of a restored database are planned blindly. */
async function completeTarget(
  connection: PostgresConnection,
  { owner, beforeComplete }: RestoreOptions,
  { signal }: EngineContext,
  clock: Clock,
  fallback: Fallback,
): Promise<void> {
  const session = await openSession(connection, { signal, clock, fallback, applicationName: attemptApplication(owner) });
  try {
    await session.query('analyze');
    await releaseTarget(session, { connection, owner }, beforeComplete);
  } finally {
    await session.close();
  }
}

function streamOf(source: RestoreSource, section: Section): RestoreStream {
  const stream = source.streams.find(({ name }) => name === section);
  if (!stream) throw new Error(`the recovery point has no stream ${section}`);
  return stream;
}
