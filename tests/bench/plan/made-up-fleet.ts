import {
  type HeldPoint,
  type Instance,
  instanceSchema,
  type RegionId,
  type Rulebook,
  recoveryPointIdSchema,
  rulebookSchema,
} from '@cbcr/domain';

const day = 86_400_000;
const classes = ['people', 'patients', 'books', 'cards', 'public'];

/** Twelve regions in four countries of two groups, five data classes, a policy and a framework for each. */
export function makeRulebook(edit: { copies: number; allowed: string[] }): Rulebook {
  return rulebookSchema.parse({
    jurisdictions: { NORTH: { contains: ['A', 'B'] }, SOUTH: { contains: ['C', 'D'] } },
    regions: Array.from({ length: 12 }, (_, index) => ({
      id: `place-${index + 1}`,
      jurisdictions: ['ABCD'[index % 4]],
      provider: `provider-${index % 3}`,
      coordinates: { latitude: 10 + 5 * index, longitude: 7 * index },
      prices: { storagePerGiBMonth: 0.02 + index / 1000, egressPerGiB: 0.02 },
      keyId: 'key',
      store: { kind: 's3', region: `place-${index + 1}` },
    })),
    policies: [
      {
        id: 'all',
        select: { engines: ['postgres'] },
        placement: { copies: edit.copies },
        rpo: '36h',
        verifyEvery: '30d',
        retention: { maximum: '2y' },
      },
      { id: 'patients', select: { dataClasses: ['patients'] }, placement: { constraints: { minimumDistanceKm: 300 } } },
      { id: 'gold', select: { labels: { tier: 'gold' } }, placement: { synchronousMinimum: 2 } },
    ],
    residency: [{ id: 'people-stay', dataClasses: ['people', 'patients'], data: { allow: edit.allowed } }],
    compliance: {
      frameworks: [
        { name: 'personal-data', dataClasses: ['people'] },
        { name: 'health-records', dataClasses: ['patients'] },
        { name: 'broker-dealer-records', dataClasses: ['books'] },
        { name: 'card-data', dataClasses: ['cards', 'public'] },
      ],
    },
  });
}

export function makeInstance(number: number): Instance {
  return instanceSchema.parse({
    id: `database-${number}`,
    engine: 'postgres',
    home: `place-${(number % 12) + 1}`,
    policy: 'all',
    dataClass: classes[number % classes.length],
    labels: number % 10 === 0 ? { tier: 'gold' } : {},
    connection: 'env:DATABASE_URL',
  });
}

/** Daily points; of every hundred one copy is owed, and one point in fifty was verified long ago. */
export function makePoints(number: number, count: number, regions: readonly RegionId[], nowMs: number): HeldPoint[] {
  return Array.from({ length: count }, (_, age): HeldPoint => {
    const capturedAtMs = nowMs - (age + 0.5) * day;
    return {
      id: recoveryPointIdSchema.parse(`rp_${`${number}`.padStart(10, '0')}${`${age}`.padStart(16, '0')}`),
      state: 'complete',
      capturedAtMs,
      completedAtMs: capturedAtMs + 600_000,
      storedBytes: 1e9 + number * 1000 + age,
      copies: regions.map((region, index) => {
        const owed = index > 0 && (age + number) % 100 === 0;
        const verifiedAtMs = owed ? null : nowMs - ((age + number) % 50 === 1 ? 40 : 5) * day;
        return { region, state: owed ? 'failed' : 'verified', sinceMs: capturedAtMs + 700_000, verifiedAtMs };
      }),
    };
  });
}
