import type { FrameworkTemplate } from './framework.ts';

/**
 * Articles 5 (storage limitation), 32 (security of processing: encryption, availability, timely restoration, regular testing) and 44 to 49
 * (transfers). The regulation names no numbers and no regions: those below are common practice, and where data may be is said by residency
 * policies. How long is too long only the policy can say.
 */
export const personalData: FrameworkTemplate = {
  name: 'personal-data',
  modelledOn: 'GDPR (EU) 2016/679, articles 5, 32 and 44 to 49',
  about: 'data about people: only where it may be, encrypted, restorable, and not for ever',
  controls: {
    'allowed-location': {},
    'bucket-location': {},
    'minimum-copies': { copies: 2 },
    encryption: {},
    'maximum-retention': {},
    'rpo-age': { within: '24h' },
    'verification-age': { within: '90d' },
    'drill-age': { within: '1y' },
    'hold-integrity': {},
  },
};
