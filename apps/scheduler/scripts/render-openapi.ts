import { randomBytes } from 'node:crypto';
import { openCatalog } from '@cbcr/catalog';
// biome-ignore lint/plugin/system-clock: a script is a main of its own
import { CbcrError, createIdFactory, systemClock } from '@cbcr/domain';
import { createQueues, jobKinds } from '@cbcr/jobs';
import { defaultTransferTuning } from '@cbcr/operations';
import { createLogger } from '@cbcr/telemetry';
import { createHealthMemory } from '../src/health-memory.ts';
import { createQueueBoard } from '../src/http/bull-board.ts';
import { createHttpServer } from '../src/http/server.ts';
import { version } from '../src/version.ts';

/** The content of `docs/openapi.json`: what `/openapi.json` answers. Nothing is asked of a catalog or a Redis; both connect lazily. */
export async function renderOpenapi(): Promise<string> {
  const clock = systemClock;
  const nowhere = 'postgres://nobody@127.0.0.1:1/nothing';
  const catalog = openCatalog({
    url: nowhere,
    clock,
    ids: createIdFactory(clock, randomBytes),
    applicationName: 'openapi',
    onError: () => undefined,
  });
  const queues = createQueues({ redisUrlFor: () => 'redis://127.0.0.1:1', kinds: jobKinds, clock, onError: () => undefined });
  const health = createHealthMemory({ catalog, clock, staleAfterMs: defaultTransferTuning.workerStaleMs });
  const refuse = () => {
    throw new CbcrError('api.request-invalid', { cause: 'this server only describes itself' });
  };
  const server = await createHttpServer({
    token: '',
    version,
    logger: createLogger({ service: 'openapi', level: 'silent' }),
    board: createQueueBoard(),
    health: {},
    metrics: async () => '',
    api: {
      catalog,
      queues,
      clock,
      tuning: defaultTransferTuning,
      health,
      engines: {},
      seal: refuse,
      config: { readText: refuse, applyText: refuse, applyFile: refuse, rollBack: refuse },
      limitBook: { publish: refuse, read: refuse, close: refuse },
    },
  });
  try {
    const { body } = await server.inject({ url: '/openapi.json' });
    return `${JSON.stringify(JSON.parse(body), null, 2)}\n`;
  } finally {
    await server.close();
    await queues.close();
    await catalog.close();
  }
}
