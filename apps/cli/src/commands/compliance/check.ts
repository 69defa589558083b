import type { ComplianceView } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { failWithResult } from '../../fail-with-result.ts';
import { describeCompliance } from '../../output/describe-compliance.ts';
import { parseCount } from '../../parse-input.ts';

export function checkCompliance(parent: Command, cli: Cli): void {
  parent
    .command('check')
    .description('show what the chosen frameworks find, gravest first, in the copies that exist now')
    .option('--instance <instance>', 'only of this instance, with all of its points')
    .option('--framework <name>', 'only of this framework')
    .option('--limit <count>', 'show so many findings (default 500)', parseCount)
    .option('--strict', 'end with exit code 6 when anything is critical, major or minor; what is merely unproven does not count')
    .action(async ({ strict, ...filter }: { instance?: string; framework?: string; limit?: number; strict?: true }) => {
      const compliance = await (await cli.connect()).checkCompliance(filter);
      const failure = strict === true ? findFailure(compliance) : null;
      if (failure === null) return cli.out.result(compliance, () => describeCompliance(compliance));
      // For programs the findings are the problems of the failure as well.
      if (cli.out.json) Object.assign(failure, { problems: compliance.findings.map(describeProblem) });
      failWithResult(cli.out, failure, compliance, () => describeCompliance(compliance));
    });
}

function findFailure({ counts: { critical, major, minor } }: ComplianceView): CbcrError | null {
  return critical + major + minor === 0 ? null : new CbcrError('compliance.violated', { critical, major, minor });
}

const describeProblem = ({ framework, control, instance, severity, evidence, mend }: ComplianceView['findings'][number]) => ({
  path: `${instance}.${framework}.${control}`,
  message: `${severity}: ${evidence}`,
  hint: mend,
});
