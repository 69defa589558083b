import type { Cli } from '../cli.ts';
import { formatDuration, formatRate } from '../output/format.ts';
import type { StepOutcome } from './story.ts';

export interface StepRow {
  step: string;
  result: string;
  seconds: number;
  megabytesPerSecond: number | null;
}

export interface Narration {
  /** Announces a step, measures it, and tells how it ended. */
  step<Next>(title: string, work: () => Promise<StepOutcome<Next>>): Promise<Next>;
  readonly rows: readonly StepRow[];
  /** The step that is under way or that failed. */
  readonly current: string;
}

export function createNarration({ out, clock, signal }: Cli): Narration {
  const rows: StepRow[] = [];
  const beganMs = clock.monotonicMs();
  let current = '';
  return {
    rows,
    get current() {
      return current;
    },
    async step(title, work) {
      current = title;
      const startedMs = clock.monotonicMs();
      out.say(`\n${out.style('bold', `${rows.length + 1}. ${title}`)}`);
      const { result, transfer, next } = await work();
      signal.throwIfAborted();
      const ms = clock.monotonicMs() - startedMs;
      const megabytesPerSecond = transfer === undefined || transfer.ms <= 0 ? null : transfer.bytes / 1e6 / (transfer.ms / 1000);
      rows.push({ step: title, result, seconds: ms / 1000, megabytesPerSecond });
      const rate = transfer === undefined ? '' : `, ${formatRate(transfer.bytes, transfer.ms)}`;
      const total = formatDuration(clock.monotonicMs() - beganMs);
      out.say(`${out.style('green', '✓')} ${result}  ${out.style('dim', `(${formatDuration(ms)}${rate}; ${total} in all)`)}`);
      return next;
    },
  };
}
