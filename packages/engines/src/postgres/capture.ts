import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { CbcrError, type Clock, type InstanceId } from '@cbcr/domain';
import { type Child, startChild } from '../child-process/child-process.ts';
import { readFromChild } from '../child-process/child-streams.ts';
import type { Capture, CaptureStream, EngineContext } from '../engine.ts';
import { type ClientTools, chooseDumpTools, findClientTools } from './client-tools.ts';
import { describeConnection, type PostgresConnection, secretsOf } from './connection.ts';
import { identityFact, readDatabaseIdentity } from './database-identity.ts';
import { readRequirements, writeRequirements } from './requirements.ts';
import { hasMarker } from './restore-marker.ts';
import { type Fallback, translateServerError } from './server-errors.ts';
import { readServerFacts } from './server-facts.ts';
import { openSession } from './session.ts';
import { takeSnapshot } from './snapshot.ts';
import { toolEnvironment } from './tool-environment.ts';

/** In the order of a restore: a table has to exist before its rows, and rows are loaded faster before their indexes. */
export const sections = ['pre-data', 'data', 'post-data'] as const;
export type Section = (typeof sections)[number];

export interface PostgresTools {
  toolFolders: readonly string[];
  clock: Clock;
}

export async function capturePostgres(
  connection: PostgresConnection,
  context: EngineContext & { instance: InstanceId },
  tools: PostgresTools,
): Promise<Capture> {
  const { clock } = tools;
  const fallback: Fallback = (cause) => new CbcrError('engine.capture-failed', { instance: context.instance, cause });
  const found = await findClientTools(tools.toolFolders, { signal: context.signal, clock });
  const session = await openSession(connection, { signal: context.signal, clock, fallback });
  try {
    if (await hasMarker(session)) throw new CbcrError('engine.source-incomplete', { database: describeConnection(connection) });
    const server = await readServerFacts(session);
    const chosen = chooseDumpTools(found, server);
    const identity = await readDatabaseIdentity(session);
    const snapshot = await takeSnapshot(session);
    const requirements = await readRequirements(session);
    context.note('took a snapshot', { capturedAt: snapshot.takenAt.toISOString(), server: server.version, tool: chosen.version });

    const disposed = new AbortController();
    // A dump lives no longer than the transaction that keeps its snapshot and its locks.
    const signal = AbortSignal.any([context.signal, session.lost, disposed.signal]);
    const children: Child[] = [];
    const whole = new Set<Section>();
    let firstFailure: { reason: unknown } | undefined;
    const translate = (error: unknown) => {
      const reason = signal.aborted ? signal.reason : translateServerError(error, connection, fallback);
      firstFailure ??= { reason };
      return reason;
    };
    const open = (section: Section): Readable => {
      const child = startChild(dumpCommand(chosen, connection, snapshot.id, section), { signal, clock, secrets: secretsOf(connection) });
      children.push(child);
      child.stdin.end();
      const stream = readFromChild(child, translate);
      return stream.once('end', () => whole.add(section));
    };
    return {
      capturedAt: snapshot.takenAt,
      streams: sections.map((section): CaptureStream => ({ name: section, open: () => open(section), freshPieces: true })),
      finish: async () => {
        context.signal.throwIfAborted();
        if (firstFailure) throw firstFailure.reason;
        const missing = sections.filter((section) => !whole.has(section));
        if (missing.length > 0) throw fallback(`the streams ${missing.join(', ')} were not read to their end`);
        try {
          await snapshot.verify();
        } catch (error) {
          throw translate(error);
        }
        return {
          serverVersion: server.version,
          toolVersion: chosen.version,
          encoding: server.encoding,
          collation: server.collation,
          requirements: writeRequirements(requirements),
          ...(identity !== null && { [identityFact]: identity }),
        };
      },
      dispose: async () => {
        disposed.abort(fallback('it was given up'));
        await Promise.all(children.map((child) => child.stop()));
        await session.close();
      },
    };
  } catch (error) {
    await session.close();
    throw context.signal.aborted ? context.signal.reason : translateServerError(error, connection, fallback);
  }
}

function dumpCommand(tools: ClientTools, connection: PostgresConnection, snapshot: string, section: Section) {
  return {
    program: join(tools.folder, 'pg_dump'),
    args: [
      '--format=custom',
      // Chunks are compressed later, once and in parallel.
      '--compress=0',
      `--snapshot=${snapshot}`,
      `--section=${section}`,
      '--no-password',
      '--quote-all-identifiers',
      // A row may belong to another partition on another server: hashes of enums and of some collations differ.
      '--load-via-partition-root',
      '--lock-wait-timeout=600000',
    ],
    environment: toolEnvironment(connection),
  };
}
