import type { CbcrClient, RunView } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import { askPatiently } from './ask-patiently.ts';
import type { Waiting } from './cli.ts';
import { describeProgress } from './output/describe-progress.ts';

const pollMs = 250;
const finalStates: readonly RunView['state'][] = ['succeeded', 'failed', 'cancelled'];

/** Shows a run until it has ended, and gives its end, whatever that is. Interrupting stops the watching, not the run. */
export async function followRun({ out, clock, signal }: Waiting, client: Pick<CbcrClient, 'getRun'>, first: RunView): Promise<RunView> {
  const line = out.progress();
  const begin = { atMs: clock.monotonicMs(), doneBytes: first.progress?.doneBytes ?? 0 };
  let run = first;
  try {
    for (;;) {
      line.update(describeProgress(run, { ms: clock.monotonicMs() - begin.atMs, fromBytes: begin.doneBytes }));
      if (finalStates.includes(run.state)) return run;
      await clock.sleep(pollMs, { signal });
      run = await askPatiently({ clock, signal }, () => client.getRun(first.id));
    }
  } finally {
    line.end();
  }
}

/** As {@link followRun}; a run that did not succeed ends in `run.failed`, with what the run said and its hint. */
export async function followToSuccess(cli: Waiting, client: Pick<CbcrClient, 'getRun'>, first: RunView): Promise<RunView> {
  const run = await followRun(cli, client, first);
  if (run.state === 'succeeded') return run;
  throw new RunNotSucceededError(run);
}

class RunNotSucceededError extends CbcrError<'run.failed'> {
  /** What to do about the run's own error; how to see the run is the lesser advice. */
  override readonly hint: string;

  constructor({ id, state, error }: RunView) {
    super('run.failed', { run: id, cause: error === null ? `it was ${state}.` : `${error.message} (${error.code})` });
    this.hint = `${error === null ? '' : `${error.hint} `}See: cbcr runs show ${id}`;
  }
}
