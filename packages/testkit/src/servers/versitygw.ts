import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CbcrError } from '@cbcr/domain';
import { childEnvironment } from '../processes/environment.ts';
import { findVersitygw } from '../processes/find-program.ts';
import { startOnPort, startReady } from '../processes/start-ready.ts';
import { ensureLockedBucket, isS3Answering, type S3Settings } from './s3-bucket.ts';
import { createServerHandle, type Server, type ServerOptions } from './server.ts';

export interface VersitygwServer extends Server {
  s3: S3Settings;
}

export interface VersitygwOptions extends ServerOptions {
  bucket?: string;
  /** The region's name in the S3 protocol. */
  region?: string;
  /** Generated when absent. */
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

/** One S3 server over a folder, with its bucket. Errors: stack.program-missing, stack.start-failed. */
export async function startVersitygw(options: VersitygwOptions): Promise<VersitygwServer> {
  const { folder, name = 's3', bucket = 'backups', region = 'us-east-1', lifetime = 'guarded', environment } = options;
  const command = findVersitygw(environment);
  if (command === undefined) throw new CbcrError('stack.program-missing', { program: 'versitygw (the S3 server)' });
  const credentials = options.credentials ?? {
    accessKeyId: `test${randomBytes(8).toString('hex')}`,
    secretAccessKey: randomBytes(24).toString('base64url'),
  };
  const home = join(folder, name);
  const folders = { data: join(home, 'data'), versions: join(home, 'versions'), iam: join(home, 'iam'), sidecar: join(home, 'sidecar') };
  for (const path of [folders.data, folders.versions, folders.iam]) await mkdir(path, { recursive: true });

  const startOn = async (port: number) => {
    const sidecar = existsSync(folders.sidecar) ? ['--sidecar', folders.sidecar] : [];
    const storage = ['posix', '--versioning-dir', folders.versions, ...sidecar, folders.data];
    const s3 = { endpoint: `http://127.0.0.1:${port}`, region, bucket, ...credentials };
    const record = await startReady(
      {
        name,
        command,
        args: ['--port', `127.0.0.1:${port}`, '--quiet', '--keep-alive', '--region', region, '--iam-dir', folders.iam, ...storage],
        env: childEnvironment(environment, { ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey }),
        cwd: home,
        logFile: join(folder, `${name}.log`),
      },
      { lifetime, isReady: () => isS3Answering(s3), onSpawn: options.onSpawn, clock: options.clock },
    );
    return { port, s3, record };
  };
  const { port, s3, record } = await startOnPort(options.port, startOn).catch(async (error) => {
    if (!isAboutExtendedAttributes(error) || existsSync(folders.sidecar)) throw error;
    await mkdir(folders.sidecar);
    return await startOnPort(options.port, startOn);
  });
  await ensureLockedBucket(s3);
  return { ...createServerHandle(record, port, async () => (await startOn(port)).record), s3 };
}

/** The server refuses at start a filesystem that cannot hold its metadata beside the objects. */
const isAboutExtendedAttributes = (error: unknown) =>
  error instanceof CbcrError && error.cause instanceof Error && /xattr/i.test(error.cause.message);
