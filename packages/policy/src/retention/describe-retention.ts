import type { HeldPoint } from '@cbcr/domain';
import { describeBytes } from '../holdings/describe-holdings.ts';
import type { CopyVerdict } from './copy-verdict.ts';
import { describeMinute } from './describe-moment.ts';
import type { RetentionChange, RetentionPreview } from './preview-retention.ts';

const words: Readonly<Record<RetentionChange, string>> = {
  expires: 'would expire',
  'cools-off': 'kept by the cooling-off',
  'kept-newly': 'would be kept again',
  'expired-already': 'expired already',
};
const countCopies = (count: number): string => (count === 1 ? '1 copy' : `${count} copies`);

/** A preview for people: sums by region, then copy by copy. */
export function describeRetentionPreview({ sums, copies, left, total, lastGood }: RetentionPreview): string[] {
  if (sums.length === 0) return [`nothing expires: ${countCopies(total)} looked at`];
  return [
    `${countCopies(total)} looked at`,
    ...sums.map((sum) => `${sum.region.padEnd(16)}${words[sum.change].padEnd(26)}${countCopies(sum.copies)}, ${describeBytes(sum.bytes)}`),
    ...(copies.length === 0 ? [] : ['']),
    ...copies.map(
      (copy) =>
        `${copy.instance}  ${copy.point}  ${describeMinute(copy.capturedAtMs)}  ${copy.region}  ${words[copy.change]}: ${describeReasons(copy)}`,
    ),
    ...(left > 0 ? ['', `and ${countCopies(left)} more`] : []),
    ...(lastGood.length === 0 ? [] : ['']),
    ...lastGood.map(
      ({ instance, point }) => `${instance}  ${point}  a verified copy stays all the same: it is the last good point of a live instance`,
    ),
  ];
}

/** The verdict of every copy for people, one line each. */
export function describeVerdicts(verdicts: readonly CopyVerdict[], points: readonly HeldPoint[]): string[] {
  const captured = new Map(points.map(({ id, capturedAtMs }) => [id, capturedAtMs]));
  return verdicts.map((verdict) => {
    const { point, region, expiresAt, finding } = verdict;
    const until = verdict.verdict === 'keep' && expiresAt !== null ? `  (expires ${describeMinute(expiresAt.getTime())})` : '';
    const warning = finding === undefined ? '' : `  ! ${finding.text}`;
    return `${point}  ${describeMinute(captured.get(point) ?? 0)}  ${region.padEnd(16)}${verdict.verdict.padEnd(8)}${describeReasons(verdict)}${until}${warning}`;
  });
}

const describeReasons = ({ reasons }: CopyVerdict): string => reasons.map(({ rule, text }) => `${text} [${rule}]`).join(', ');
