import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { readMachineEnvironment } from '@cbcr/config';
import { systemClock } from '@cbcr/domain';
import { createTemporaryFolder } from '@cbcr/testkit';
import { readMachineFacts } from './machine.ts';
import { type BenchOptions, readOptions, usage } from './options.ts';
import { describeResults } from './report/table.ts';
import { judgeTargets } from './report/targets.ts';
import { type ResultsFile, readResultsFile, type Session, writeResultsFile } from './results-file.ts';
import { runMeasurements } from './run-measurements.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);

async function main(options: BenchOptions): Promise<void> {
  const found = options.append ? await readResultsFile(options.output, options) : null;
  const temporary = options.folder === undefined ? await createTemporaryFolder('cbcr-bench-') : undefined;
  const folder = temporary?.path ?? join(options.folder ?? '', 'cbcr-bench');
  await mkdir(folder, { recursive: true });
  try {
    const startedAt = systemClock.now().toISOString();
    const machine = await readMachineFacts(folder, readMachineEnvironment());
    if (machine.loadAverage > availableParallelism() / 2)
      say(`the machine is busy (load ${machine.loadAverage}): trust ratios, not figures`);
    const session: Session = { startedAt, options, machine, isWhole: false };
    const file: ResultsFile = found ?? { sessions: [], results: [], targets: [] };
    file.sessions.push(session);
    const keep = async (results: ResultsFile['results']) => {
      file.results = results;
      file.targets = judgeTargets(results);
      await writeResultsFile(options.output, file);
    };
    try {
      const recorder = { session: startedAt, earlier: file.results, say, onMeasured: keep, signal: interrupted.signal };
      await runMeasurements(folder, options, recorder);
      session.isWhole = true;
      await keep(file.results);
    } finally {
      process.stdout.write(`\n${describeResults(file.results, file.targets, machine)}`);
      say(`written to ${options.output}`);
    }
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
