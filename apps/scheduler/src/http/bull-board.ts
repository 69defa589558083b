import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { Queue } from 'bullmq';
import type { FastifyPluginCallback } from 'fastify';

export const boardPath = '/queues';

export interface QueueBoard {
  /** To be registered under {@link boardPath}, behind the token. */
  plugin: FastifyPluginCallback;
  /** Shows these queues from now on. */
  show(queues: readonly Queue[]): void;
}

/**
 * The queues for people. Read only, enforced on the server: a job is only a wake-up call, so changing one there would change nothing but
 * confuse; runs are cancelled and started through the API.
 */
export function createQueueBoard(): QueueBoard {
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(boardPath);
  const board = createBullBoard({
    queues: [],
    serverAdapter,
    options: { uiConfig: { boardTitle: 'CBCR queues' } },
  });
  return {
    plugin: serverAdapter.registerPlugin(),
    show: (queues) => board.replaceQueues(queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true }))),
  };
}
