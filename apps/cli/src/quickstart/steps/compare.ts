import { CbcrError } from '@cbcr/domain';
import { type ComparisonReport, compareDatabases } from '@cbcr/testkit';
import type { Text } from '../../output/text.ts';
import type { RestoredStory, StepOutcome } from '../story.ts';
import { untilInterrupted } from '../until-interrupted.ts';

/** Nothing has changed in the source since the capture, so every difference is a fault. */
export async function compare(story: RestoredStory): Promise<StepOutcome<RestoredStory>> {
  const { cli, file, restoredUrl, environment } = story;
  const report = await untilInterrupted(cli.signal, compareDatabases(file.customerUrl, restoredUrl, { environment }));
  cli.out.say(describeTables(report));
  return { result: describeEqual(report), next: story };
}

/** What was compared and found equal. Throws `restore.differs`, with the first difference. */
export function describeEqual({ isEqual, differences, counts }: ComparisonReport): string {
  if (!isEqual) {
    const [first = '', ...rest] = differences.map((difference) => difference.replace(/\.$/, ''));
    const more = rest.length === 0 ? '' : `, and ${rest.length} more differences`;
    throw new CbcrError('restore.differs', { cause: `${first}${more}` });
  }
  const { tables, rows, sequences, largeObjects, schemaObjects } = counts;
  const parts = [
    `${tables} tables with ${rows} rows`,
    `${sequences} sequences`,
    `${largeObjects} large objects`,
    `${schemaObjects} schema objects`,
  ];
  return `equal: ${parts.join(', ')}`;
}

const describeTables = ({ tables }: ComparisonReport): Text => ({
  head: ['table', 'rows in the source', 'restored', 'checksums'],
  rows: tables.map(({ name, sourceRows, targetRows, isEqual }) => [
    ...[name, String(sourceRows ?? 'missing'), String(targetRows ?? 'missing')],
    isEqual ? 'equal' : 'DIFFER',
  ]),
});
