import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { readMachineEnvironment } from '@cbcr/config';
import { systemClock } from '@cbcr/domain';
import { createTemporaryFolder } from '@cbcr/testkit';
import { readMachineFacts } from './machine.ts';
import { type BenchOptions, readOptions, usage } from './options.ts';
import { describeResults } from './report/table.ts';
import { judgeTargets } from './report/targets.ts';
import { runMeasurements } from './run-measurements.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function main(options: BenchOptions): Promise<void> {
  const temporary = options.folder === undefined ? await createTemporaryFolder('cbcr-bench-') : undefined;
  const folder = temporary?.path ?? join(options.folder ?? '', 'cbcr-bench');
  await mkdir(folder, { recursive: true });
  try {
    const startedAt = systemClock.now().toISOString();
    const machine = await readMachineFacts(folder, readMachineEnvironment());
    if (machine.loadAverage > availableParallelism() / 2)
      say(`the machine is busy (load ${machine.loadAverage}): trust ratios, not figures`);
    const results = await runMeasurements(folder, options, say, interrupted.signal);
    const targets = judgeTargets(results);
    await mkdir(dirname(options.output), { recursive: true });
    await writeFile(options.output, `${JSON.stringify({ startedAt, options, machine, results, targets }, null, 2)}\n`);
    process.stdout.write(`\n${describeResults(results, targets, machine)}`);
    say(`written to ${options.output}`);
  } finally {
    await temporary?.remove();
  }
}

const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort(new Error(`stopped by ${name}`)));

let options: BenchOptions | undefined;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  say(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  process.exitCode = 2;
}
if (options?.help) process.stdout.write(usage);
else if (options !== undefined) await main(options);
