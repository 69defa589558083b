import type { FrameworkTemplate } from './framework.ts';

/**
 * PCI DSS 4.0: 3.2.1 (keep as little and as short as possible), 3.5 and 3.6 (unreadable where stored, keys apart), 9.4.1.2 (backups in a secure
 * place, reviewed every twelve months). How long is too long is a decision of the business, so only the policy can say it.
 */
export const cardData: FrameworkTemplate = {
  name: 'card-data',
  modelledOn: 'PCI DSS 4.0, requirements 3.2, 3.5, 3.6 and 9.4',
  about: 'data of payment cards: unreadable, in known places, not longer than needed',
  controls: {
    'allowed-location': {},
    'bucket-location': {},
    'minimum-copies': { copies: 2 },
    encryption: {},
    'maximum-retention': {},
    'rpo-age': { within: '24h' },
    'verification-age': { within: '90d' },
    'drill-age': { within: '1y' },
  },
};
