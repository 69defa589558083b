import { readFile } from 'node:fs/promises';
import { CbcrError } from '@cbcr/domain';
import type { PostgresConnection } from './connection.ts';

type TlsMode = false | 'prefer' | 'require' | { rejectUnauthorized: boolean; [option: string]: unknown };

/** The URL's TLS parameters, with libpq's meaning, in the words of postgres.js. */
export async function readTlsMode({ host, parameters }: PostgresConnection): Promise<TlsMode> {
  const sslmode = parameters.get('sslmode') ?? 'prefer';
  // libpq never encrypts on a unix socket.
  if (sslmode === 'disable' || host.startsWith('/')) return false;
  const rootFile = parameters.get('sslrootcert');
  const read = async (key: string) => {
    const file = parameters.get(key);
    return file === undefined || file === 'system' ? undefined : await readPem(key, file);
  };
  const [cert, key] = await Promise.all([read('sslcert'), read('sslkey')]);
  const own = { ...(cert && { cert }), ...(key && { key }) };
  if (rootFile !== undefined && sslmode !== 'allow' && sslmode !== 'prefer') {
    // With a root certificate, libpq treats "require" as "verify-ca".
    const ca = await read('sslrootcert');
    const anyName = sslmode === 'verify-full' ? {} : { checkServerIdentity: () => undefined };
    return { ...own, ...anyName, ...(ca && { ca }), rejectUnauthorized: true };
  }
  if (sslmode === 'require') return cert ? { ...own, rejectUnauthorized: false } : 'require';
  return 'prefer';
}

async function readPem(parameter: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new CbcrError(
      'engine.connection-invalid',
      { engine: 'postgres', cause: `the file of ${parameter} cannot be read` },
      { cause: error },
    );
  }
}
