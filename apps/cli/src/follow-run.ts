import type { CbcrClient, RunView } from '@cbcr/client';
import { askPatiently } from './ask-patiently.ts';
import type { Waiting } from './cli.ts';
import { describeProgress } from './output/describe-progress.ts';
import { RunNotSucceededError, RunWaitExpiredError } from './run-ended-badly.ts';

const pollMs = 250;
const finalStates: readonly RunView['state'][] = ['succeeded', 'failed', 'cancelled'];

export interface Patience {
  /** Afterwards waiting ends in `run.wait-expired`; the run goes on. */
  timeoutSeconds?: number | undefined;
  /** Whether the progress says where: of several regions one looks like the other. */
  namesRegion?: boolean;
}

/** Shows a run until it has ended, and gives its end, whatever that is. Interrupting stops the watching, not the run. */
export async function followRun(
  { out, clock, signal }: Waiting,
  client: Pick<CbcrClient, 'getRun'>,
  first: RunView,
  { timeoutSeconds, namesRegion = false }: Patience = {},
): Promise<RunView> {
  const line = out.progress();
  const begin = { atMs: clock.monotonicMs(), doneBytes: first.progress?.doneBytes ?? 0 };
  let run = first;
  try {
    for (;;) {
      line.update(describeProgress(run, { ms: clock.monotonicMs() - begin.atMs, fromBytes: begin.doneBytes }, namesRegion));
      if (finalStates.includes(run.state)) return run;
      if (timeoutSeconds !== undefined && clock.monotonicMs() - begin.atMs >= timeoutSeconds * 1000) {
        throw new RunWaitExpiredError(run, timeoutSeconds);
      }
      await clock.sleep(pollMs, { signal });
      run = await askPatiently({ clock, signal }, () => client.getRun(first.id));
    }
  } finally {
    line.end();
  }
}

/** As {@link followRun}; a run that did not succeed ends in `run.failed`, with what the run said and its hint. */
export async function followToSuccess(
  cli: Waiting,
  client: Pick<CbcrClient, 'getRun'>,
  first: RunView,
  patience: Patience = {},
): Promise<RunView> {
  const run = await followRun(cli, client, first, patience);
  if (run.state === 'succeeded') return run;
  throw new RunNotSucceededError(run);
}
