import type { CbcrClient, RunView } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import type { Cli } from './cli.ts';
import { formatBytes, formatRate } from './output/format.ts';
import { renderBar } from './output/progress-line.ts';

const pollMs = 250;
const finalStates: readonly RunView['state'][] = ['succeeded', 'failed', 'cancelled'];

/** Shows a run until it has ended, and gives its end, whatever that is. Interrupting stops the watching, not the run. */
export async function followRun({ out, clock, signal }: Cli, client: CbcrClient, first: RunView): Promise<RunView> {
  const line = out.progress();
  const startedMs = clock.monotonicMs();
  let run = first;
  try {
    while (!finalStates.includes(run.state)) {
      line.update(describeProgress(run, clock.monotonicMs() - startedMs));
      await clock.sleep(pollMs, { signal });
      run = await client.getRun(run.id);
    }
    line.update(describeProgress(run, clock.monotonicMs() - startedMs));
  } finally {
    line.end();
  }
  return run;
}

/** As {@link followRun}; a run that did not succeed ends in `run.failed`, with what the run said. */
export async function followToSuccess(cli: Cli, client: CbcrClient, first: RunView): Promise<RunView> {
  const run = await followRun(cli, client, first);
  if (run.state === 'succeeded') return run;
  if (run.error !== null) cli.out.say(`${run.error.message}\n${run.error.hint}`);
  throw new CbcrError('run.failed', { run: run.id, cause: run.error?.message ?? `it was ${run.state}` });
}

export function describeProgress({ kind, state, progress, error }: RunView, elapsedMs: number): string {
  if (state !== 'running' || progress === null) {
    const why = state === 'waiting' && error !== null ? `: ${error.message}` : '';
    return `${kind} ${state}${why}`;
  }
  const { phase, doneBytes, totalBytes, regions, note } = progress;
  const parts = [
    `${kind} ${phase}`,
    renderBar(doneBytes, totalBytes),
    `${formatBytes(doneBytes)}${totalBytes === null ? '' : ` of ${formatBytes(totalBytes)}`}`,
    formatRate(doneBytes, elapsedMs),
    ...Object.entries(regions ?? {}).map(([region, at]) => `${region} ${at.state === 'attached' ? formatBytes(at.storedBytes) : at.state}`),
    note ?? '',
  ];
  return parts.filter((part) => part !== '').join('  ');
}
