import { restoreRequestSchema } from '@cbcr/client';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { followToSuccess } from '../follow-run.ts';
import { describeRestorePlan } from '../output/describe-restore-plan.ts';
import { describeRun } from '../output/describe-run.ts';
import { parseCount, parseInput, timeoutHelp } from '../parse-input.ts';
import { connectionHelp, readSecretArgument } from '../read-secret-argument.ts';

interface Options {
  to: string;
  target?: string;
  targetFile?: string;
  point?: string;
  jobs?: number;
  clean?: string;
  drill?: true;
  timeout?: number;
  wait?: true;
}

export function restore(parent: Command, cli: Cli): void {
  parent
    .command('restore')
    .description('restore an instance into an empty database, or into one that may be emptied')
    .argument('<instance>')
    .requiredOption('--to <region>', 'the region whose workers do it, near the target')
    .option('--target <target>', connectionHelp)
    .option('--target-file <path>', 'read the URL from a file here, which keeps its password off the command line')
    .option('--point <point>', 'default: the newest that has a verified copy')
    .option('--jobs <count>', 'parallel work in the target', parseCount)
    .option('--clean <database>', 'remove what the target holds first; the exact name of the target database, as a confirmation')
    .option('--drill', 'a rehearsal: residency judges the region as that of a drill')
    .option('--wait', 'until the restore has ended')
    .option('--timeout <seconds>', timeoutHelp, parseCount)
    .action(async (instance: string, { wait, timeout, target: value, targetFile, ...options }: Options) => {
      const client = await cli.connect();
      const target = await readSecretArgument({ option: '--target', value, file: targetFile }, cli.stdin);
      const {
        target: _target,
        jobs: _jobs,
        clean: _clean,
        ...question
      } = parseInput(restoreRequestSchema, { instance, ...options, target });
      const plan = await client.planRestore(question);
      cli.out.say([describeRestorePlan(plan), '']);
      const request = parseInput(restoreRequestSchema, { instance, ...options, target, point: plan.point });
      const started = await client.startRestore(request);
      const run = wait === true ? await followToSuccess(cli, client, started, { timeoutSeconds: timeout }) : started;
      cli.out.result(run, () => describeRun(run));
    });
}
