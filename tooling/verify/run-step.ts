import { countTests, failOnce, type Tally } from './count-tests.ts';
import { runCommand } from './run-command.ts';
import type { Step } from './steps.ts';

/** Runs one step, prints its outcome (and when it failed its output and what repairs it), and counts it. */
export async function runStep(root: string, step: Step): Promise<Tally> {
  const live = step.suites !== undefined;
  if (live) console.log(`\n── ${step.name}`);
  const outcome = await runCommand(root, step.command, step.timeoutMs, live);
  const tally = count(root, step, outcome.failure);

  const time = `${outcome.seconds.toFixed(1)} s`;
  if (tally.failed === 0) {
    console.log(`✓ ${step.name}${live ? `: ${tally.passed} passed` : ''} (${time})`);
    return tally;
  }
  console.log(`${outcome.output.trimEnd()}\n✗ ${step.name}${live ? `: ${tally.passed} passed, ${tally.failed} failed` : ''} (${time})`);
  if (live) for (const failure of tally.failures) console.log(`    ${failure}`);
  console.log(`  to repair or to see it alone: ${step.fix}`);
  return tally;
}

function count(root: string, step: Step, failure: string | undefined): Tally {
  if (step.suites === undefined)
    return failure === undefined ? { passed: 1, failed: 0, failures: [] } : failOnce(`${step.name}: ${failure}`);
  const total = step.suites.map((suite) => countTests(root, suite)).reduce(add);
  // A runner that fails though every test passed has seen something that belongs to no test: an unhandled rejection, a crash.
  return failure !== undefined && total.failed === 0 ? add(total, failOnce(`the runner of ${step.name}: ${failure}`)) : total;
}

export function add(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, failures: [...a.failures, ...b.failures] };
}
