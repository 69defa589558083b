import {
  instanceSchema,
  type ProbedCapabilities,
  type RegionCapabilities,
  type RegionHealth,
  type RegionId,
  type Rulebook,
  rulebookSchema,
} from '@cbcr/domain';
import type { SelectableInstance } from './effective/match-policy.ts';

/*
 * A realistic fleet for golden files: a dozen regions of three providers on four continents, five data classes, thirty instances. It stands
 * for no company. A change here changes golden files, which is the point: somebody reads the difference.
 */

const place = (
  id: string,
  jurisdiction: string,
  provider: string,
  [latitude, longitude]: [number, number],
  [storagePerGiBMonth, egressPerGiB]: [number, number],
  more: object = {},
) => ({
  ...{ id, jurisdictions: [jurisdiction], provider, coordinates: { latitude, longitude } },
  ...{ prices: { storagePerGiBMonth, egressPerGiB }, keyId: `${id}-key`, store: { kind: 's3', region: id } },
  ...more,
});

const written: (typeof rulebookSchema)['_input'] = {
  jurisdictions: { EEA: { contains: ['EU', 'NO'] }, EU: { contains: ['DE', 'FR', 'IE', 'SE'] } },
  regions: [
    place('frankfurt', 'DE', 'nimbus', [50.11, 8.68], [0.0245, 0.02], { partners: ['dublin'] }),
    place('berlin', 'DE', 'strato', [52.52, 13.4], [0.021, 0.03]),
    place('paris', 'FR', 'strato', [48.86, 2.35], [0.02, 0.03]),
    place('dublin', 'IE', 'nimbus', [53.35, -6.26], [0.023, 0.02], { partners: ['frankfurt'] }),
    place('stockholm', 'SE', 'nimbus', [59.33, 18.07], [0.022, 0.02]),
    place('zurich', 'CH', 'strato', [47.38, 8.54], [0.03, 0.04]),
    place('london', 'UK', 'nimbus', [51.51, -0.13], [0.024, 0.02]),
    place('virginia', 'US', 'nimbus', [38.03, -78.48], [0.023, 0.01], { partners: ['oregon'] }),
    place('oregon', 'US', 'nimbus', [45.84, -119.7], [0.023, 0.01], { partners: ['virginia'] }),
    place('iowa', 'US', 'cirrus', [41.26, -95.86], [0.02, 0.02]),
    place('montreal', 'CA', 'cirrus', [45.5, -73.57], [0.023, 0.02]),
    place('tokyo', 'JP', 'cirrus', [35.68, 139.69], [0.025, 0.09]),
  ],
  links: [
    { from: 'frankfurt', to: 'dublin', pricePerGiB: 0.02, bandwidth: 250_000_000 },
    { from: 'dublin', to: 'frankfurt', pricePerGiB: 0.02, bandwidth: 250_000_000 },
    { from: 'virginia', to: 'oregon', pricePerGiB: 0.01, bandwidth: 500_000_000 },
    { from: 'tokyo', to: 'oregon', pricePerGiB: 0.09, bandwidth: 100_000_000 },
  ],
  engines: { files: { prefer: ['paris', 'iowa'] } },
  policies: [
    {
      id: 'baseline',
      select: { engines: ['postgres', 'mysql', 'files'] },
      placement: { copies: 2 },
      schedule: { cron: '0 2 * * *', timeZone: 'UTC' },
      rpo: '36h',
      verifyEvery: '30d',
    },
    {
      id: 'people',
      select: { dataClasses: ['personal'] },
      placement: { copies: 2, constraints: { differentProvider: true } },
      retention: { keepFor: '90d', maximum: '400d' },
    },
    {
      id: 'patients',
      select: { dataClasses: ['health'] },
      placement: { copies: 3, constraints: { minimumDistanceKm: 150 } },
      retention: { keepFor: '7y', minimum: '6y' },
    },
    {
      id: 'books',
      select: { dataClasses: ['records'] },
      placement: { copies: 2, constraints: { minimumDistanceKm: 500, capabilities: ['objectLock'] } },
      lock: { mode: 'compliance', for: '6y' },
      retention: { minimum: '6y' },
    },
    {
      id: 'cards',
      select: { dataClasses: ['cards'] },
      placement: { copies: 2, synchronousMinimum: 2 },
      encryption: { required: true },
      retention: { keepFor: '90d', maximum: '1y' },
    },
    { id: 'gold', select: { labels: { tier: 'gold' } }, placement: { copies: 3, synchronousMinimum: 2 }, rpo: '6h', priority: 'high' },
    { id: 'ledgers', select: { names: ['ledger-*'] }, placement: { prefer: ['iowa', 'montreal'] }, drillEvery: '90d' },
  ],
  residency: [
    { id: 'people-stay', dataClasses: ['personal'], data: { allow: ['EEA', 'CH'] }, restore: { allow: ['EEA'] } },
    { id: 'patients-stay', dataClasses: ['health'], data: { allow: ['EU'] } },
    { id: 'books-stay', dataClasses: ['records'], data: { allow: ['US', 'CA'] } },
    { id: 'cards-stay', dataClasses: ['cards'], data: { allow: ['EU', 'UK', 'US'], forbid: ['paris'] } },
  ],
  exceptions: [
    {
      id: 'merger',
      instances: ['crm-london'],
      regions: ['london'],
      purposes: ['data', 'key', 'restore'],
      reason: 'moves to dublin with the merger',
      grantedBy: 'privacy office',
      expires: '2027-12-31',
    },
  ],
  compliance: {
    frameworks: [
      { name: 'personal-data', dataClasses: ['personal'] },
      { name: 'health-records', dataClasses: ['health'] },
      { name: 'broker-dealer-records', dataClasses: ['records'] },
      { name: 'card-data', dataClasses: ['cards'], controls: { 'drill-age': { within: '6mo' } } },
    ],
  },
};

export const sampleRulebook: Rulebook = rulebookSchema.parse(written);

/** Name, engine, home, data class, and gold where it is. */
const table = `
  crm-berlin postgres berlin personal
  crm-dublin postgres dublin personal gold
  crm-london postgres london personal
  crm-paris mysql paris personal
  newsletter mysql frankfurt personal
  hr-files files zurich personal
  hr-database postgres zurich personal gold
  survey postgres stockholm personal
  clinic-frankfurt postgres frankfurt health gold
  clinic-paris postgres paris health
  clinic-stockholm postgres stockholm health
  imaging files frankfurt health
  lab-results mysql dublin health
  ledger-east postgres virginia records gold
  ledger-west postgres oregon records
  ledger-north postgres montreal records
  trades postgres virginia records gold
  mail-archive files iowa records
  checkout-eu postgres dublin cards gold
  checkout-uk postgres london cards
  checkout-us postgres virginia cards gold
  fraud postgres iowa cards
  tokens mysql frankfurt cards
  catalogue postgres tokyo public
  search-index files oregon public
  website mysql paris public
  docs files montreal public
  weather postgres tokyo public gold
  maps files stockholm public
  metrics postgres virginia public`;

const selectable = instanceSchema.omit({ policy: true, connection: true });
export const sampleInstances: readonly SelectableInstance[] = table
  .trim()
  .split('\n')
  .map((line) => {
    const [id, engine, home, dataClass, tier] = line.trim().split(' ');
    return selectable.parse({ id, engine, home, dataClass, labels: tier === undefined ? {} : { tier } });
  });

/** The moment from which the golden files look at the fleet. */
export const sampleNow: Date = new Date(Date.UTC(2027, 5, 1, 12));

/** Everything was probed but the store in tokyo; the stores of one provider cannot lock. */
export const sampleCapabilities: RegionCapabilities = new Map(
  sampleRulebook.regions
    .filter(({ id }) => id !== 'tokyo')
    .map(({ id, provider }): [RegionId, ProbedCapabilities] => [
      id,
      { objectLock: provider !== 'strato', versioning: true, serverSideCopy: provider === 'nimbus', location: id, probedAt: sampleNow },
    ]),
);

export const sampleHealth: ReadonlyMap<RegionId, RegionHealth> = new Map(
  sampleRulebook.regions.map(({ id }): [RegionId, RegionHealth] => [
    id,
    { state: 'up', reason: 'a worker reaches the store', since: null },
  ]),
);
