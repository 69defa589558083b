import { invalidConfig, readConfigFile } from '@cbcr/config';
import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';

export function checkConfig(parent: Command, cli: Cli): void {
  parent
    .command('check')
    .description('check a cbcr.yaml without a scheduler: every problem at once, each with its line; changes nothing')
    .argument('<file>')
    .action(async (file: string) => {
      const checked = await readConfigFile(file, await cli.parts.readVocabulary());
      if (!checked.ok) throw Object.assign(invalidConfig(file, checked.problems), { problems: checked.problems });
      const { regions, policies, instances } = checked.config;
      const counts = { regions: regions.length, policies: policies.length, instances: instances.length };
      cli.out.result(
        counts,
        () => `${file} is valid: ${counts.regions} regions, ${counts.policies} policies, ${counts.instances} instances`,
      );
    });
}
