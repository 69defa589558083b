import { type PostgresConnection, parameterVariables } from './connection.ts';

/**
 * The environment of a libpq tool. The password travels here alone: command lines are visible to every user of the machine, the
 * environment only to the same user. LC_ALL=C makes the tool's own messages recognisable.
 */
export function toolEnvironment(connection: PostgresConnection, settings: Readonly<Record<string, string>> = {}): Record<string, string> {
  const environment: Record<string, string> = {
    PATH: '/usr/bin:/bin',
    LC_ALL: 'C',
    PGAPPNAME: 'cbcr',
    PGCONNECT_TIMEOUT: '15',
    PGHOST: connection.host,
    PGPORT: String(connection.port),
    PGUSER: connection.user,
    PGDATABASE: connection.database,
  };
  for (const [key, value] of connection.parameters) {
    const variable = parameterVariables.get(key);
    if (variable !== undefined) environment[variable] = value;
  }
  if (connection.password !== null) environment['PGPASSWORD'] = connection.password;
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  if (options.length > 0) environment['PGOPTIONS'] = [connection.parameters.get('options') ?? '', ...options].join(' ').trim();
  return environment;
}

/**
 * For `--dbname` of pg_restore, which insists on the option. With an `=` it is read as a list of parameters; as it names no database, the one
 * of PGDATABASE is used, whose name may then hold anything.
 */
export const databaseFromEnvironment = '--dbname=fallback_application_name=cbcr';
