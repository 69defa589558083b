import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CbcrError, type Clock } from '@cbcr/domain';
import { startChild } from '../child-process/child-process.ts';
import { collectOutput, feedChild } from '../child-process/child-streams.ts';
import type { EngineContext, RestoreOptions, RestoreOwner, RestoreSource, RestoreStream } from '../engine.ts';
import { asIncomplete } from '../incomplete-restore.ts';
import { attemptApplication, fencedSettings } from './attempt-fence.ts';
import { type PostgresTools, type Section, sections } from './capture.ts';
import { claimTarget, releaseTarget } from './claim-target.ts';
import { requireConfirmation } from './clean-target.ts';
import { chooseRestoreTools, findClientTools } from './client-tools.ts';
import { describeConnection, type PostgresConnection, secretsOf } from './connection.ts';
import { requireOtherDatabase } from './database-identity.ts';
import { compareWithTarget, type Fit, parseRequirements } from './requirements.ts';
import { markerSchema } from './restore-marker.ts';
import { type Fallback, translateServerError } from './server-errors.ts';
import { readServerFacts } from './server-facts.ts';
import { openSession } from './session.ts';
import { databaseFromEnvironment, toolEnvironment } from './tool-environment.ts';

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
      if (section === 'post-data') await restoreFromFile(settings, stream, join(context.scratchFolder, 'post-data.dump'), options.jobs);
      else await restoreFromStream(settings, section, stream);
    }
    note('collecting statistics');
    await completeTarget(connection, options, context, tools.clock, fallback);
  } catch (error) {
    throw asIncomplete(translate(error), fallback);
  }
}

interface Plan {
  /** Folder of pg_restore. */
  folder: string;
  fit: Fit;
  owner: RestoreOwner | undefined;
}

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

interface RestoreSettings extends Plan {
  connection: PostgresConnection;
  signal: AbortSignal;
  clock: Clock;
}

async function restoreFromStream(settings: RestoreSettings, section: Section, stream: RestoreStream): Promise<void> {
  const child = startRestore(settings, [`--section=${section}`]);
  child.stdout.resume();
  await feedChild(child, stream.open(), stream.plaintextBytes);
}

/** Only an archive that can be read at random is restored by several jobs. The file holds statements, never rows. */
async function restoreFromFile(settings: RestoreSettings, stream: RestoreStream, file: string, jobs: number): Promise<void> {
  try {
    const written = createWriteStream(file, { flags: 'wx', mode: 0o600 });
    await pipeline(stream.open(), written, { signal: settings.signal });
    if (written.bytesWritten !== stream.plaintextBytes) {
      throw new Error(`the stream ended after ${written.bytesWritten} of ${stream.plaintextBytes} bytes`);
    }
    await collectOutput(startRestore(settings, ['--section=post-data', `--jobs=${Math.max(1, jobs)}`, file]));
  } finally {
    await rm(file, { force: true });
  }
}

function startRestore({ folder, fit, owner, connection, signal, clock }: RestoreSettings, args: readonly string[]) {
  const command = {
    program: join(folder, 'pg_restore'),
    args: [
      databaseFromEnvironment,
      '--no-password',
      '--exit-on-error',
      '--no-tablespaces',
      ...(fit.keepOwners ? [] : ['--no-owner']),
      ...(fit.keepRights ? [] : ['--no-acl']),
      // Not for reading: a child that outlives a killed worker dies at its next word, because nobody holds the other end of the pipe.
      '--verbose',
      ...args,
    ],
    environment: {
      // One flush at the end, by the removal of the marker, instead of one for each statement.
      ...toolEnvironment(connection, { synchronous_commit: 'off', ...fencedSettings(markerSchema, owner) }),
      PGAPPNAME: attemptApplication(owner),
    },
  };
  return startChild(command, { signal, clock, secrets: secretsOf(connection) });
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
