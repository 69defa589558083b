import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { childEnvironment } from '../processes/environment.ts';
import { checkoutFolder, requirePostgresFolder } from '../processes/find-program.ts';
import { startOnPort, startReady } from '../processes/start-ready.ts';
import { findFormerPort, type StackContext, type StackProgram, settleAll } from './stack-context.ts';
import type { StackProcess } from './stack-processes.ts';

/** Starts the scheduler and the workers among `missing`, all at once. */
export const startMissingServices = (context: StackContext, missing: readonly StackProcess[]): Promise<void> =>
  settleAll(
    missing.flatMap(({ name, kind, region }) => {
      if (kind === 'scheduler') return [startScheduler(context)];
      return kind === 'worker' && region !== null ? [startWorker(context, name, region)] : [];
    }),
  );

const startScheduler = (context: StackContext) =>
  startService(context, 'scheduler', context.programs.scheduler, (port) => ({
    CBCR_CONFIG: context.paths.config,
    CBCR_TOKEN_FILE: context.paths.secret('token'),
    CBCR_PORT: String(port),
  }));

async function startWorker(context: StackContext, name: string, region: string): Promise<void> {
  const { paths, programs, environment } = context;
  const scratch = join(paths.scratch, name);
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  await startService(context, name, programs.worker, (port) => ({
    CBCR_REGION: region,
    CBCR_WORKER_ID: name,
    CBCR_KEYS_FILE: paths.secret('keys'),
    CBCR_SCRATCH: scratch,
    CBCR_METRICS_PORT: String(port),
    CBCR_SHUTDOWN_SECONDS: '8',
    CBCR_PG_BIN: requirePostgresFolder(environment),
    UV_THREADPOOL_SIZE: '8',
    // Buffers of chunks count as young objects: a small young generation lets go of them sooner.
    NODE_OPTIONS: '--max-semi-space-size=4',
  }));
}

/** Secrets go by files that only their owner can read; a service serves once its /readyz says so. */
async function startService(
  context: StackContext,
  name: string,
  program: StackProgram,
  own: (port: number) => Record<string, string>,
): Promise<void> {
  const { paths, file, environment, clock, onProgress } = context;
  const port = await startOnPort(await findFormerPort(context, name), async (chosen) => {
    const shared = {
      CBCR_DATABASE_URL_FILE: paths.secret('database-url'),
      CBCR_REDIS_URL_FILE: paths.secret('redis-url'),
      CBCR_SEAL_KEY_FILE: paths.secret('seal-key'),
      CBCR_HOST: '127.0.0.1',
      // Four Node processes start at once; compiled code from the last time saves a third of that.
      NODE_COMPILE_CACHE: join(checkoutFolder, 'node_modules', '.cache', 'cbcr-compile'),
    };
    await startReady(
      {
        name,
        ...program,
        cwd: checkoutFolder,
        env: childEnvironment(environment, { ...shared, ...own(chosen) }),
        logFile: join(paths.logs, `${name}.log`),
      },
      { lifetime: 'detached', clock, onSpawn: (record) => file.recordProcess(record), isReady: () => isServiceReady(chosen) },
    );
    return chosen;
  });
  file.change((state) => {
    state.ports[name] = port;
  });
  onProgress(`${name} is ready`);
}

async function isServiceReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
  await answer.body?.cancel();
  return answer.ok;
}
