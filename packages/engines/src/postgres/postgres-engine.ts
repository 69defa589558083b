import type { Engine } from '../engine.ts';
import { capturePostgres, type PostgresTools } from './capture.ts';
import { connectionSchema, describeConnection, parseConnection } from './connection.ts';
import { checkPostgresTarget, inspectPostgres, isPostgresRestored } from './inspect.ts';
import { restorePostgres } from './restore.ts';

/** Logical dumps of one database by pg_dump and pg_restore. What survives and what does not is in the README beside this file. */
export function createPostgresEngine(tools: PostgresTools): Engine {
  return {
    name: 'postgres',
    // One after the other: the rows are nearly all of the bytes, so a second dump at the same time would only hold more locks.
    capabilities: { parallelStreams: false, stableBytes: false },
    connectionSchema,
    describe: (connection) => describeConnection(parseConnection(connection)),
    inspect: async (connection, context) => await inspectPostgres(parseConnection(connection), context, tools),
    capture: async (connection, context) => await capturePostgres(parseConnection(connection), context, tools),
    checkTarget: async (connection, context, plan = {}) => await checkPostgresTarget(parseConnection(connection), context, plan, tools),
    isRestored: async (connection, context, finished) => await isPostgresRestored(parseConnection(connection), context, finished, tools),
    restore: async (connection, source, context, options) =>
      await restorePostgres(parseConnection(connection), source, context, options, tools),
  };
}
