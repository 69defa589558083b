import type { FrameworkTemplate } from './framework.ts';

/**
 * 45 CFR 164.308(a)(7) (contingency plan: retrievable exact copies, restore, testing), 164.310, 164.312(a)(2)(iv) and (c) (encryption, integrity).
 * The six years are those of 164.316(b)(2)(i), which speaks of documentation; how long records themselves are kept is law of the states.
 */
export const healthRecords: FrameworkTemplate = {
  name: 'health-records',
  modelledOn: 'HIPAA Security Rule, 45 CFR 164.308 to 164.316',
  about: 'records of patients: exact copies far apart, encrypted, checked and rehearsed',
  controls: {
    'allowed-location': {},
    'bucket-location': {},
    'minimum-copies': { copies: 2 },
    'minimum-distance': { distanceKm: 150 },
    encryption: {},
    'minimum-retention': { period: '6y' },
    'rpo-age': { within: '24h' },
    'verification-age': { within: '90d' },
    'drill-age': { within: '1y' },
    'hold-integrity': {},
  },
};
