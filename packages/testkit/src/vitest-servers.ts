/**
 * Vitest's global set-up for integration tests: one Redis, one Postgres and one S3 server per run. Tests read their addresses with
 * `inject('redisUrl')`, `inject('postgresAdminUrl')` and `inject('s3')`. A missing server fails the run.
 *
 * S3_TEST_ENDPOINT, S3_TEST_ACCESS_KEY, S3_TEST_SECRET_KEY and S3_TEST_REGION name another S3 server; CBCR_TEST_WITHOUT_S3=1 says that
 * the run names no test that needs one.
 */
import { isCbcrError } from '@cbcr/domain';
import type { TestProject } from 'vitest/node';
import type { Environment } from './processes/environment.ts';
import { createTemporaryFolder } from './processes/temporary-folder.ts';
import { removeDataFolder } from './servers/postgres/data-folder.ts';
import { startPostgres } from './servers/postgres/postgres.ts';
import { startRedis } from './servers/redis.ts';
import type { S3Settings } from './servers/s3-bucket.ts';
import { createTestBucket } from './servers/test-bucket.ts';
import { startVersitygw } from './servers/versitygw.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** With password. Tests keep apart by their own key prefix. */
    redisUrl: string;
    /** Superuser's address; tests make their own database with createTestDatabase. */
    postgresAdminUrl: string;
    /** Tests make their own bucket with createTestBucket. */
    s3: S3Settings;
    /** For tests that start servers of their own. */
    serverEnvironment: Environment;
  }
}

export default async function startServers(project: Pick<TestProject, 'provide'>): Promise<() => Promise<void>> {
  const environment: Environment = process.env;
  const temporary = await createTemporaryFolder();
  const folder = temporary.path;
  const started = await Promise.allSettled([
    startRedis({ folder, environment }),
    startPostgres({ folder, environment, durable: false }),
    environment['CBCR_TEST_WITHOUT_S3'] === '1' ? undefined : startS3(folder, environment),
  ] as const);
  const [redis, postgres, s3] = started;

  const stopAll = async () => {
    const running = started.flatMap((result) => (result.status === 'fulfilled' && result.value !== undefined ? [result.value] : []));
    await Promise.all(running.map((server) => server.stop()));
    await removeDataFolder(`${folder}/postgres`);
    await temporary.remove();
  };
  if (redis.status === 'rejected' || postgres.status === 'rejected' || s3.status === 'rejected') {
    await stopAll();
    throw explainFailure(started.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])));
  }
  const { PATH, HOME, LANG, CBCR_VERSITYGW } = environment;
  project.provide('serverEnvironment', { PATH, HOME, LANG, CBCR_VERSITYGW });
  project.provide('redisUrl', redis.value.url);
  project.provide('postgresAdminUrl', postgres.value.adminUrl);
  if (s3.value !== undefined) project.provide('s3', s3.value.s3);
  return stopAll;
}

async function startS3(folder: string, environment: Environment): Promise<{ s3: S3Settings; stop(): Promise<void> }> {
  const endpoint = environment['S3_TEST_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') return await startVersitygw({ folder, environment });
  const s3 = await createTestBucket({
    endpoint,
    accessKeyId: environment['S3_TEST_ACCESS_KEY'] ?? '',
    secretAccessKey: environment['S3_TEST_SECRET_KEY'] ?? '',
    region: environment['S3_TEST_REGION'] ?? 'us-east-1',
    bucket: '',
  });
  return { s3, stop: async () => {} };
}

function explainFailure(reasons: unknown[]): Error {
  const sentences = reasons.map((reason) => (isCbcrError(reason) ? `${reason.message} ${reason.hint}` : String(reason)));
  return new Error(`Integration tests need real servers, and a missing one fails the run. ${sentences.join(' ')}`, { cause: reasons[0] });
}
