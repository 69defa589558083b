import type { FrameworkTemplate } from './framework.ts';

/**
 * 17 CFR 240.17a-4: (a) six years for ledgers (others three: lower the period where that is right), (f)(2) records that cannot be rewritten or
 * erased, verified automatically, and (f)(2)(v) a backup system or copies apart from the original.
 */
export const brokerDealerRecords: FrameworkTemplate = {
  name: 'broker-dealer-records',
  modelledOn: 'SEC Rule 17a-4, 17 CFR 240.17a-4(a) and (f)',
  about: 'books and records: locked, kept for six years, verified, and in two places',
  controls: {
    'allowed-location': {},
    'bucket-location': {},
    'minimum-copies': { copies: 2 },
    'minimum-distance': { distanceKm: 50 },
    lock: {},
    'minimum-retention': { period: '6y' },
    'rpo-age': { within: '24h' },
    'verification-age': { within: '30d' },
    'hold-integrity': {},
  },
};
