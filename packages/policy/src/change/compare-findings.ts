import type { RecoveryPointId } from '@cbcr/domain';
import type { Finding } from '../compliance/finding.ts';
import type { FindingChange } from './instance-plan.ts';

/** Which findings are in the second list and not in the first, point by point; an old finding for more points is new for those. */
export function findAppearing(before: readonly Finding[], after: readonly Finding[]): FindingChange[] {
  if (after.length === 0) return [];
  const known = new Map<string, Finding[]>();
  for (const finding of before) {
    const key = keyOf(finding);
    const same = known.get(key);
    if (same === undefined) known.set(key, [finding]);
    else same.push(finding);
  }
  return after.flatMap((finding) => {
    const points = countNew(finding, known.get(keyOf(finding)));
    if (points === null) return [];
    const { instance: _instance, ...rest } = finding;
    return [{ ...rest, points }];
  });
}

const keyOf = ({ framework, control, severity, region }: Finding): string => `${framework} ${control} ${severity} ${region}`;

/** Null when nothing about it is new. */
function countNew(finding: Finding, known: readonly Finding[] | undefined): number | null {
  if (known === undefined) return finding.points.length;
  if (finding.points.length === 0) return known.some(({ points }) => points.length === 0) ? null : 0;
  // Most findings are about the same points on both sides, in the same order.
  if (known.some(({ points }) => isSame(points, finding.points))) return null;
  const seen = new Set(known.flatMap(({ points }) => points));
  const fresh = finding.points.reduce((sum, point) => sum + (seen.has(point) ? 0 : 1), 0);
  return fresh === 0 ? null : fresh;
}

const isSame = (a: readonly RecoveryPointId[], b: readonly RecoveryPointId[]): boolean =>
  a.length === b.length && a.every((point, index) => point === b[index]);
