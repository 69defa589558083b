import { join } from 'node:path';
import type { Clock } from '@cbcr/domain';
import { type Child, startChild } from '../child-process/child-process.ts';
import type { RestoreOwner } from '../engine.ts';
import { attemptApplication, fencedSettings } from './attempt-fence.ts';
import { type PostgresConnection, secretsOf } from './connection.ts';
import type { Fit } from './requirements.ts';
import { markerSchema } from './restore-marker.ts';
import { databaseFromEnvironment, toolEnvironment } from './tool-environment.ts';

/** One attempt of a restore, as its tools need to know it. */
export interface RestoreSettings {
  /** Folder of pg_restore. */
  folder: string;
  fit: Fit;
  owner: RestoreOwner | undefined;
  connection: PostgresConnection;
  signal: AbortSignal;
  clock: Clock;
}

/** Starts pg_restore, which the target lets in only while its fence is this attempt's. */
export function startRestore({ folder, fit, owner, connection, signal, clock }: RestoreSettings, args: readonly string[]): Child {
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

/** Writes the archive's table of contents to `listFile`: an entry a line, as `pg_restore --use-list` reads it. */
export function startListing({ folder, signal, clock }: RestoreSettings, archive: string, listFile: string): Child {
  const command = {
    program: join(folder, 'pg_restore'),
    args: ['--list', `--file=${listFile}`, archive],
    environment: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
  };
  return startChild(command, { signal, clock, secrets: [] });
}
