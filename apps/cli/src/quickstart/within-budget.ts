import { CbcrError } from '@cbcr/domain';
import type { Waiting } from '../cli.ts';

/**
 * Runs `work` with a cli that gives up after `seconds`: waiting ends in `cli.wait-expired`, which says what was waited for and what was seen last.
 */
export async function withinBudget<AnyCli extends Waiting, Result>(
  cli: AnyCli,
  seconds: number,
  what: string,
  work: (cli: AnyCli) => Promise<Result>,
): Promise<Result> {
  const expired = new AbortController();
  const settled = new AbortController();
  let lastSeen = 'nothing';
  cli.clock.sleep(seconds * 1000, { signal: settled.signal, unref: true }).then(
    () => expired.abort(new CbcrError('cli.wait-expired', { seconds, cause: `${what} (last seen: ${lastSeen})` })),
    () => undefined,
  );
  const progress: Waiting['out']['progress'] = () => {
    const line = cli.out.progress();
    return {
      update: (text) => {
        lastSeen = text;
        line.update(text);
      },
      end: line.end,
    };
  };
  try {
    return await work({ ...cli, out: { ...cli.out, progress }, signal: AbortSignal.any([cli.signal, expired.signal]) });
  } finally {
    settled.abort();
  }
}
