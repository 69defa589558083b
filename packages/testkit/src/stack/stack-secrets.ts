import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type SecretFile, type StackPaths, secretFiles } from './stack-paths.ts';
import type { StackState } from './stack-state.ts';

const word = (bytes: number) => randomBytes(bytes).toString('hex');
const key = () => randomBytes(32).toString('base64');

export const createStackSecrets = (regionIds: readonly string[]): StackState['secrets'] => ({
  token: word(24),
  sealKey: key(),
  keys: Object.fromEntries(regionIds.map((id) => [id, key()])),
  redisPassword: word(20),
  postgresPassword: word(20),
  s3AccessKey: word(10),
  s3SecretKey: word(24),
});

/** Addresses with their passwords; known once all ports are. */
export function stackUrls({ ports, secrets }: StackState) {
  const postgresUrl = (port: number | undefined, database: string) =>
    `postgres://postgres:${secrets.postgresPassword}@127.0.0.1:${port ?? 0}/${database}`;
  return {
    api: `http://127.0.0.1:${ports['scheduler'] ?? 0}`,
    redis: `redis://:${secrets.redisPassword}@127.0.0.1:${ports['redis'] ?? 0}`,
    database: postgresUrl(ports['catalog'], 'cbcr'),
    customer: postgresUrl(ports['customer'], 'shop'),
    customerAdmin: postgresUrl(ports['customer'], 'postgres'),
  };
}

/** The files that services read their secrets from, readable by their owner alone. */
export function writeSecretFiles(paths: StackPaths, state: StackState): void {
  const urls = stackUrls(state);
  const contents: Record<SecretFile, string> = {
    token: state.secrets.token,
    'seal-key': state.secrets.sealKey,
    keys: JSON.stringify(state.secrets.keys),
    'database-url': urls.database,
    'redis-url': urls.redis,
    'customer-url': urls.customer,
    's3-access-key': state.secrets.s3AccessKey,
    's3-secret-key': state.secrets.s3SecretKey,
  };
  mkdirSync(paths.secrets, { recursive: true, mode: 0o700 });
  for (const name of secretFiles) writeFileSync(paths.secret(name), contents[name], { mode: 0o600 });
}
