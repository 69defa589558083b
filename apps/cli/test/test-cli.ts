import type { Clock } from '@cbcr/domain';
import type { Waiting } from '../src/cli.ts';
import { createOutput } from '../src/output/output.ts';

/** What functions that wait and tell need of a cli, and what they told. */
export function createTestCli(clock: Clock, signal = new AbortController().signal): Waiting & { told(): string } {
  let told = '';
  const stderr = {
    write: (text: string) => {
      told += text;
    },
  };
  const out = createOutput({ stdout: { write: () => true }, stderr }, false, () => clock.monotonicMs());
  return { out, clock, signal, told: () => told };
}
