import {
  type Copy,
  type CopyState,
  type Instance,
  instanceSchema,
  type Policy,
  policySchema,
  type RecoveryPoint,
  type RecoveryPointId,
  type Region,
  type RegionHealth,
  type RegionId,
  type Rulebook,
  recoveryPointIdSchema,
  regionIdSchema,
  regionSchema,
  rulebookSchema,
} from '@cbcr/domain';

type Written<Schema extends { _input: unknown }> = Schema['_input'];

/** Small plain values for the tests of this package. Not part of its exports. */
export const regionId = (name: string): RegionId => regionIdSchema.parse(name);

export const regionOf = (id: string, ...jurisdictions: string[]): Region =>
  regionSchema.parse({ id, jurisdictions, store: { kind: 'memory' } });

/** As `regionOf`, with anything that a region may say: `placeOf('berlin', { jurisdictions: ['DE'], status: 'draining' })`. */
export const placeOf = (id: string, facts: Partial<Written<typeof regionSchema>> = {}): Region =>
  regionSchema.parse({ id, jurisdictions: ['EU'], store: { kind: 'memory' }, ...facts });

/** A rulebook of the parts that a test is about, in the form of the file. */
export const rulebookOf = (parts: Partial<Written<typeof rulebookSchema>> = {}): Rulebook =>
  rulebookSchema.parse({ regions: [], policies: [], ...parts });

export const policyOf = (placement: Partial<Written<typeof policySchema>['placement']> & { copies: number }): Policy =>
  policySchema.parse({ id: 'standard', placement });

export const instanceOf = (home: string, facts: Partial<Written<typeof instanceSchema>> = {}): Instance =>
  instanceSchema.parse({ id: 'shop', engine: 'postgres', home, policy: 'standard', connection: 'env:SHOP_URL', ...facts });

export const pointId = (number: number): RecoveryPointId => recoveryPointIdSchema.parse(`rp_${String(number).padStart(26, '0')}`);

/** A minute of a fixed day, so that tests can speak of times in small numbers. */
export const minute = (number: number): Date => new Date(Date.UTC(2027, 0, 1) + number * 60_000);

export const pointOf = (
  number = 1,
  facts: Partial<RecoveryPoint> = {},
): Pick<RecoveryPoint, 'id' | 'state' | 'capturedAt' | 'completedAt' | 'storedBytes'> => ({
  id: pointId(number),
  state: 'complete',
  capturedAt: minute(number),
  completedAt: minute(number + 1),
  storedBytes: 1024 ** 3,
  ...facts,
});

export const copyOf = (region: string, state: CopyState, facts: Partial<Copy> = {}): Copy => ({
  point: pointId(1),
  region: regionId(region),
  role: 'secondary',
  state,
  reason: { rule: 'test', text: `it is ${state}` },
  since: minute(2),
  storedBytes: 1024 ** 3,
  verifiedAt: state === 'verified' ? minute(3) : null,
  attempts: 0,
  nextAttemptAt: null,
  ...facts,
});

/** `healthOf({ up: ['a'], down: ['b'] })`; a region that is not named is missing from the map. */
export const healthOf = (states: { up?: string[]; down?: string[]; unknown?: string[] }): Map<RegionId, RegionHealth> => {
  const entries = (names: string[] = [], state: RegionHealth['state']) =>
    names.map((name): [RegionId, RegionHealth] => [regionId(name), { state, reason: `it is ${state}`, since: minute(0) }]);
  return new Map([...entries(states.up, 'up'), ...entries(states.down, 'down'), ...entries(states.unknown, 'unknown')]);
};
