import type { RetentionRule, RulebookPolicy } from '@cbcr/domain';
import type { Path } from '../../problem.ts';
import type { Sections } from '../read-sections.ts';

/** A name in the file that must be the name of something else. */
export interface Reference {
  noun: 'region' | 'instance' | 'policy' | 'engine' | 'jurisdiction' | 'place';
  name: string;
  path: Path;
}

const listed = (noun: Reference['noun'], names: readonly string[] | undefined, path: Path): Reference[] =>
  (names ?? []).map((name, index) => ({ noun, name, path: [...path, index] }));

/** Every name of one entry by which it speaks of others, section by section. */
export function listReferences(sections: Sections): Reference[] {
  const { regions, links, engines, policies, residency, exceptions, retentionRules, instances } = sections;
  return [
    ...regions.valid.flatMap(({ id, partners }) => listed('region', partners, ['regions', id, 'partners'])),
    ...links.valid.flatMap(({ from, to }): Reference[] =>
      [from, to].map((name) => ({ noun: 'region', name, path: ['links', `${from}->${to}`] })),
    ),
    ...engines.valid.flatMap(({ id, prefer }): Reference[] => [
      { noun: 'engine', name: id, path: ['engines', id] },
      ...listed('region', prefer, ['engines', id, 'prefer']),
    ]),
    ...policies.valid.flatMap(ofPolicy),
    ...residency.valid.flatMap(({ id, data, keys, restore, drill }) =>
      Object.entries({ data, keys, restore, drill }).flatMap(([purpose, zone]) => [
        ...listed('place', zone?.allow, ['residency', id, purpose, 'allow']),
        ...listed('place', zone?.forbid, ['residency', id, purpose, 'forbid']),
      ]),
    ),
    ...exceptions.valid.flatMap(({ id, regions: lifted }) => listed('region', lifted, ['exceptions', id, 'regions'])),
    ...retentionRules.valid.flatMap(ofRetentionRule),
    ...instances.valid.flatMap(({ id, engine, home, policy }): Reference[] => [
      { noun: 'engine', name: engine, path: ['instances', id, 'engine'] },
      { noun: 'region', name: home, path: ['instances', id, 'home'] },
      ...(policy === undefined ? [] : [{ noun: 'policy' as const, name: policy, path: ['instances', id, 'policy'] }]),
    ]),
  ];
}

function ofPolicy({ id, select, placement, lock, encryption }: RulebookPolicy): Reference[] {
  const path = ['policies', id];
  return [
    ...listed('engine', select?.engines, [...path, 'select', 'engines']),
    ...listed('region', select?.homes, [...path, 'select', 'homes']),
    ...listed('region', placement.prefer, [...path, 'placement', 'prefer']),
    ...listed('jurisdiction', placement.jurisdictions, [...path, 'placement', 'jurisdictions']),
    ...Object.keys(lock?.regions ?? {}).map((name): Reference => ({ noun: 'region', name, path: [...path, 'lock', 'regions', name] })),
    ...Object.keys(encryption?.keys ?? {}).map(
      (name): Reference => ({ noun: 'region', name, path: [...path, 'encryption', 'keys', name] }),
    ),
  ];
}

function ofRetentionRule({ id, select }: RetentionRule): Reference[] {
  const path = ['retention', 'rules', id, 'select'];
  return [
    ...listed('region', select.regions, [...path, 'regions']),
    ...listed('jurisdiction', select.jurisdictions, [...path, 'jurisdictions']),
    ...listed('engine', select.engines, [...path, 'engines']),
    ...listed('policy', select.policies, [...path, 'policies']),
  ];
}
