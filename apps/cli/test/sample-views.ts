import type { InstanceDetailView, PointView, RegionView, RunView } from '@cbcr/client';

const at = '2026-11-23T07:00:00.000Z';
export const runId = 'run_01m83nand5kj2heswa2y119w8x';
export const pointId = 'rp_01m83nanvjzt85txn16zvsn7vz';

export const sampleRun = (changes: Partial<RunView> = {}): RunView => ({
  id: runId,
  kind: 'backup',
  region: 'north',
  instance: 'shop',
  point: pointId,
  state: 'succeeded',
  epoch: 1,
  attempts: 0,
  requestedBy: 'api',
  cancelRequested: false,
  createdAt: at,
  startedAt: at,
  finishedAt: at,
  notBefore: null,
  progress: null,
  result: null,
  error: null,
  ...changes,
});

type CopyView = PointView['copies'][number];
export const sampleCopy = (region: string, changes: Partial<CopyView> = {}): CopyView => ({
  region,
  role: 'secondary',
  state: 'verified',
  reason: { rule: 'read-back', text: 'read back' },
  since: at,
  storedBytes: 1000,
  verifiedAt: at,
  attempts: 0,
  nextAttemptAt: null,
  lock: null,
  ...changes,
});

export const samplePoint = (changes: Partial<PointView> = {}): PointView => ({
  id: pointId,
  instance: 'shop',
  run: runId,
  state: 'complete',
  engine: 'postgres',
  capturedAt: at,
  completedAt: at,
  plaintextBytes: 2000,
  storedBytes: 1000,
  available: true,
  protected: true,
  copies: [sampleCopy('north', { role: 'primary' }), sampleCopy('south')],
  debts: [],
  ...changes,
});

export const sampleRegion = (id: string, state: RegionView['health']['state'] = 'up'): RegionView => ({
  id,
  jurisdictions: ['EU'],
  provider: null,
  storeKind: 's3',
  encrypted: true,
  health: { state, reason: state === 'up' ? '1 of 1 workers reach the store' : 'no worker has reported for 12 s', since: at },
  workers: state === 'up' ? 1 : 0,
  probe: null,
  links: [],
});

export const sampleInstance = (changes: Partial<InstanceDetailView> = {}): InstanceDetailView => ({
  id: 'shop',
  engine: 'postgres',
  home: 'north',
  policy: 'standard',
  dataClass: 'default',
  labels: {},
  connection: 'sealed',
  source: 'api',
  retiredAt: null,
  nextDueAt: null,
  protected: false,
  newestPoint: null,
  debts: 0,
  placement: {
    placed: [{ region: 'north', role: 'primary', reason: { rule: 'home', text: 'north is the home region of shop' } }],
    spares: [],
    excluded: [{ region: 'far', reason: { rule: 'jurisdiction', text: 'far is in none of EU' } }],
    unmet: [],
  },
  debtList: [],
  reasons: [{ rule: 'no-point', text: 'shop has no complete recovery point' }],
  ...changes,
});
