import type { ErrorEntry } from '../error-entry.ts';

export const engineErrors = {
  'engine.unknown': {
    sentence: 'There is no engine called {engine}.',
    hint: 'Known engines: {known}.',
    treatment: 'never',
    status: 422,
  },
  'engine.unreachable': {
    sentence: 'The database {database} does not answer: {cause}.',
    hint: 'Check that it runs and can be reached from the region of the worker. The run waits and costs no attempt.',
    treatment: 'outage',
    status: 503,
  },
  'engine.denied': {
    sentence: 'The database {database} refused the login or a right: {cause}.',
    hint: 'Check the user and its password in the connection. A backup needs the right to read every object, a restore the right to create them.',
    treatment: 'never',
    status: 422,
  },
  'engine.database-missing': {
    sentence: 'The database {database} does not exist.',
    hint: 'Correct the connection of the instance, or create the target database first.',
    treatment: 'never',
    status: 422,
  },
  'engine.tool-missing': {
    sentence: 'The tool {tool} is not installed on this worker.',
    hint: 'Install the client tools of the database, at least of the version of the server.',
    treatment: 'never',
    status: 422,
  },
  'engine.tool-too-old': {
    sentence: '{tool} {toolVersion} is older than the server ({serverVersion}) and cannot dump it.',
    hint: 'Install client tools of version {serverVersion} or newer on the workers.',
    treatment: 'never',
    status: 422,
  },
  'engine.capture-failed': {
    sentence: 'The capture of {instance} broke off: {cause}.',
    hint: 'Nothing was kept as a recovery point. The run is tried again.',
    treatment: 'attempt',
    status: 500,
  },
  'engine.restore-failed': {
    sentence: 'The restore into {database} broke off: {cause}.',
    hint: 'The target is incomplete and must not be used. Restore again into a new database, or into this one with --clean.',
    treatment: 'never',
    status: 500,
  },
  'engine.target-not-empty': {
    sentence: 'The target {database} is not empty: it holds {found}.',
    hint: 'Restore into an empty database, or have this one emptied first: cbcr restore … --clean with the exact name of the database.',
    treatment: 'never',
    status: 409,
  },
  'engine.target-is-source': {
    sentence: 'The target {database} is the very database that the recovery point was captured from.',
    hint: 'Nothing was changed. Restore into a new database beside it, look at it, and give it the old name when you are content.',
    treatment: 'never',
    status: 409,
  },
  'engine.clean-unconfirmed': {
    sentence: 'The target is called {found}, but --clean names {named}.',
    hint: 'Nothing was removed. Give --clean the exact name of what is to be emptied, or leave it out.',
    treatment: 'never',
    status: 409,
  },
  'engine.clean-failed': {
    sentence: 'What {database} holds could not be removed: {cause}.',
    hint: 'Nothing was removed. Mend the cause, or restore into a new database.',
    treatment: 'never',
    status: 409,
  },
  'engine.target-unfit': {
    sentence: 'The target {database} cannot take this capture: {cause}.',
    hint: 'Nothing was changed. Prepare the target as named and restore again.',
    treatment: 'never',
    status: 409,
  },
  'engine.source-incomplete': {
    sentence: 'The source {database} is the target of a restore that did not finish, so it is not captured.',
    hint: 'Let the restore finish, or restore into an empty target, before this is protected.',
    treatment: 'never',
    status: 409,
  },
  'engine.connection-invalid': {
    sentence: 'The connection is not valid for engine {engine}: {cause}.',
    hint: 'For postgres use postgres://user:password@host:port/database.',
    treatment: 'never',
    status: 400,
  },
} as const satisfies Record<string, ErrorEntry>;
