import { formatProblems, invalidConfig, readConfigFile } from '@cbcr/config';
import type { Cli } from '../../cli.ts';
import { formatConfigCounts } from '../../output/format.ts';

/** Prints what a cbcr.yaml has, and what in it is probably not meant; throws `config.invalid` with every problem. */
export async function checkFile(file: string, cli: Cli): Promise<void> {
  const checked = await readConfigFile(file, await cli.parts.readVocabulary());
  if (!checked.ok) throw Object.assign(invalidConfig(file, checked.problems), { problems: checked.problems });
  const { regions, policies, instances } = checked.config;
  const counts = { regions: regions.length, policies: policies.length, instances: instances.length };
  const summary = `${file} is valid: ${formatConfigCounts(counts)}`;
  const { notes } = checked;
  cli.out.result({ ...counts, notes }, () => (notes.length === 0 ? summary : [summary, '', 'to think about:', formatProblems(notes)]));
}
