import type { HeldPoint } from '@cbcr/domain';
import { isWhole } from '../../holdings/copy-states.ts';
import { countPoints } from '../../holdings/describe-holdings.ts';
import { type Control, cannotShow, type Observation } from '../control.ts';
import { earliest, pointsByRegion } from '../legal-copies.ts';

export const encryption: Control = {
  name: 'encryption',
  about: 'copies are encrypted, under a key of their region',
  severity: 'critical',
  settings: [],
  check: ({ groups, policy, region: find }) =>
    [...pointsByRegion(groups, isWhole)].flatMap(([region, points]) => {
      const known = find(region);
      if (known === undefined) {
        const mend = `name ${region} in cbcr.yaml again`;
        return [cannotShow(`${region} is not among the regions, so nothing is known of its key`, mend, region)];
      }
      return judge(region, points, policy.encryption?.keys?.[region] ?? known.keyId);
    }),
};

function judge(region: Observation['region'], points: readonly HeldPoint[], key: string | undefined): Observation[] {
  const finding = (found: readonly HeldPoint[], evidence: string, mend: string): Observation[] =>
    found.length === 0 ? [] : [{ region, points: found, sinceMs: earliest(found, (point) => point.completedAtMs), evidence, mend }];
  const keysOf = ({ keyIds }: HeldPoint) => keyIds ?? null;
  const unknown = points.filter((point) => keysOf(point) === null);
  const plain = points.filter((point) => keysOf(point)?.length === 0);
  if (key === undefined) {
    const found = points.filter((point) => (keysOf(point)?.length ?? 0) === 0);
    const mend = `give ${region} a keyId, or the policy a key for it; points that are captured from then on are encrypted`;
    return finding(found, `${region} has no key, and ${countPoints(found.length)} lie there without encryption`, mend);
  }
  const others = points.filter((point) => (keysOf(point)?.length ?? 0) > 0 && keysOf(point)?.includes(key) === false);
  return [
    ...finding(
      plain,
      `${countPoints(plain.length)} in ${region} lie there without encryption`,
      'only points that are captured from now on are encrypted',
    ),
    ...finding(
      others,
      `${countPoints(others.length)} in ${region} were not encrypted for its key ${key}`,
      `keep the keys that they were encrypted for; points that are captured from now on are encrypted for ${key} as well`,
    ),
    ...(unknown.length === 0
      ? []
      : [
          cannotShow(
            `for which keys ${countPoints(unknown.length)} in ${region} were encrypted was not recorded when they were captured`,
            `read the manifest of a point in ${region}: it lists its key ids`,
            region,
          ),
        ]),
  ];
}
