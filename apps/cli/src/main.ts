import { compose } from './compose.ts';
import { runCli } from './run-cli.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // The second time, whoever asks does not want to wait for the clean-up.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
  });
}
// Whoever reads the output (head, a pager) may stop before its end.
process.stdout.on('error', () => interrupt.abort());
process.stderr.on('error', () => interrupt.abort());

const { argv, stdin, stdout, stderr } = process;
const surroundings = { stdin, stdout, stderr, signal: interrupt.signal, currentFolder: process.cwd(), parts: compose() };
const exitCode = await runCli(argv.slice(2), surroundings);
process.stdout.write('', () => process.exit(exitCode));
