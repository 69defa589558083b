/** `pnpm bench:bandwidth`: how exactly, how fairly, how soon and at what cost bandwidth limits are kept by real processes on real sockets. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { readMachineEnvironment } from '@cbcr/config';
import { systemClock } from '@cbcr/domain';
import { createTemporaryFolder, startRedis } from '@cbcr/testkit';
import { createLimitBook, limitsSchema, type Rate } from '@cbcr/throttle';
import type { Bench } from './bench.ts';
import { measureChanges } from './measure-changes.ts';
import { measureCost } from './measure-cost.ts';
import { measureSharing } from './measure-sharing.ts';
import { describeChanges, describeCost, describeSharing } from './report.ts';
import { startSink } from './sink.ts';

const usage = `pnpm bench:bandwidth [options]

  --rate N        bytes per second of the link; may be repeated (default 10000000 and 80000000)
  --workers N     how many processes share the link; may be repeated (default 1, 4 and 16)
  --only NAME     sharing, changes or cost; may be repeated (default: all; together under four minutes)
  --rounds N      bodies of 32 MiB for the cost (default 60)
  --output FILE   where the JSON goes (default .results/bench-bandwidth.json)
`;

const say = (line: string) => void process.stdout.write(`${line}\n`);
const load = () => loadavg()[0]?.toFixed(1);

function openBench(redisUrl: string, sink: Bench['sink']): Bench {
  return {
    sink,
    redisUrl,
    async publish(rate) {
      const namespace = `bench-${randomBytes(6).toString('hex')}`;
      const book = createLimitBook({ redisUrl, clock: systemClock, namespace });
      let revision = 0;
      const change = (to: Rate) => book.publish(limitsSchema.parse({ links: { 'north->south': to } }), ++revision);
      await change(rate);
      return { namespace, change, close: () => book.close() };
    },
  };
}

async function main(): Promise<void> {
  const text = { type: 'string' } as const;
  const many = { type: 'string', multiple: true } as const;
  const { values } = parseArgs({
    options: { rate: many, workers: many, only: many, rounds: text, output: text, help: { type: 'boolean' } },
  });
  if (values.help === true) return say(usage);
  const rates = (values.rate ?? ['10000000', '80000000']).map(Number);
  const crews = (values.workers ?? ['1', '4', '16']).map(Number);
  const isWanted = (name: string) => values.only === undefined || values.only.includes(name);
  const output = values.output ?? join(import.meta.dirname, '../../../.results/bench-bandwidth.json');

  const folder = await createTemporaryFolder('cbcr-bench-');
  const redis = await startRedis({ folder: folder.path, environment: readMachineEnvironment() });
  const sink = await startSink();
  try {
    const bench = openBench(redis.url, sink);
    const [processor] = cpus();
    const machine = { cores: cpus().length, processor: processor?.model, node: process.version, loadBefore: load() };
    say(`${machine.cores} cores (${machine.processor}), Node ${machine.node}, load ${machine.loadBefore}`);
    const cost = isWanted('cost') ? await measureCost(bench, Number(values.rounds ?? 60)) : [];
    for (const figures of cost) say(describeCost(figures));
    const sharing = [];
    for (const rate of isWanted('sharing') ? rates : []) {
      for (const workers of crews) {
        const loadBefore = load();
        const figures = await measureSharing(bench, workers, rate);
        sharing.push({ ...figures, loadBefore });
        say(`${describeSharing(figures)}; load ${loadBefore}`);
      }
    }
    const changes = [];
    for (const workers of isWanted('changes') ? crews : []) {
      const loadBefore = load();
      const figures = await measureChanges(bench, workers, 20e6);
      changes.push({ ...figures, loadBefore });
      say(`${describeChanges(figures)}; load ${loadBefore}`);
    }
    await mkdir(dirname(output), { recursive: true });
    await writeFile(output, `${JSON.stringify({ machine, cost, sharing, changes }, null, 2)}\n`);
  } finally {
    sink.stop();
    await redis.stop();
    await folder.remove();
  }
}

await main();
