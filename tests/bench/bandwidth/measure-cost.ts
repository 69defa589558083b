import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Bench } from './bench.ts';

export interface CostOrder {
  readonly endpoint: string;
  readonly redisUrl: string;
  readonly namespace: string;
  readonly rounds: number;
}

/** With the throttle beside without it, of the same bodies in turns: 0.01 is 1 % more. Medians of the ratios of each round. */
export interface CostFigures {
  readonly direction: 'put' | 'get';
  readonly bodies: number;
  readonly withoutMs: number;
  readonly withMs: number;
  readonly elapsed: number;
  readonly cpu: number;
}

/** Bodies of 32 MiB by the product's S3 store, on a link that has no limit. */
export async function measureCost({ sink, redisUrl, publish }: Bench, rounds: number): Promise<readonly CostFigures[]> {
  const { namespace, close } = await publish('unlimited');
  const main = join(import.meta.dirname, 'cost-process.ts');
  const child = fork(main, { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const order: CostOrder = { endpoint: sink.endpoint, redisUrl, namespace, rounds };
    child.send(order);
    const [figures] = await once(child, 'message');
    return figures;
  } finally {
    child.disconnect();
    close();
  }
}
