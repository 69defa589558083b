import { parseArgs } from 'node:util';
import { failOnce, type Tally } from './count-tests.ts';
import { add, runStep } from './run-step.ts';
import { checkSteps, removeOldResults, root, testSteps } from './steps.ts';

/**
 * Runs what must be green and goes on after a failure, so that one run reports all. The last line counts tests and checks.
 *
 *   verify check                                         what needs no server
 *   verify all [--without-s3] [--failed-before=REASON]   that, and every test
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'without-s3': { type: 'boolean', default: false }, 'failed-before': { type: 'string' } },
});

const everything = positionals[0] === 'all';
if (values['without-s3']) process.env.CBCR_TEST_WITHOUT_S3 = '1';
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

let total: Tally = { passed: 0, failed: 0, failures: [] };
if (values['failed-before'] !== undefined) total = add(total, failOnce(values['failed-before']));

try {
  if (everything) removeOldResults();
  for (const step of everything ? [...checkSteps, ...testSteps()] : checkSteps) total = add(total, await runStep(root, step));
} catch (error) {
  total = add(total, failOnce(`verification itself: ${error instanceof Error ? error.stack : error}`));
}

console.log('');
for (const failure of total.failures) console.log(`failed: ${failure}`);
if (values['without-s3']) console.log('LEFT OUT at your wish (--without-s3): every suite that needs an S3 server.');
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
