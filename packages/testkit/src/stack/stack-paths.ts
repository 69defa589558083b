import { join, resolve } from 'node:path';

/** Where a stack keeps what. `stateFolder` is `.cbcr` unless the user says otherwise. */
export function stackPaths(stateFolder: string, name: string) {
  const folder = join(resolve(stateFolder), 'stacks', name);
  const secrets = join(folder, 'secrets');
  return {
    folder,
    state: join(folder, 'state.json'),
    lock: join(resolve(stateFolder), 'stacks', `${name}.lock`),
    config: join(folder, 'cbcr.yaml'),
    /** Data and logs of Redis, Postgres and the S3 servers. */
    servers: join(folder, 'servers'),
    /** Logs of the scheduler and the workers. */
    logs: join(folder, 'logs'),
    scratch: join(folder, 'scratch'),
    /** Objects of file system regions, a folder each. */
    regions: join(folder, 'regions'),
    secrets,
    secret: (secret: SecretFile) => join(secrets, secret),
  };
}

export type StackPaths = ReturnType<typeof stackPaths>;

export const secretFiles = [
  'token',
  'seal-key',
  'keys',
  'database-url',
  'redis-url',
  'customer-url',
  's3-access-key',
  's3-secret-key',
] as const;
export type SecretFile = (typeof secretFiles)[number];
