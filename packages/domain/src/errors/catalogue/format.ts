import type { ErrorEntry } from '../error-entry.ts';

export const formatErrors = {
  'format.segment-corrupt': {
    sentence: 'Segment {segment} of stream {stream} of {point} in region {region} is corrupt: {cause}.',
    hint: 'The copy is marked as failed and made again from another region. Look for failing hardware or a writer other than CBCR.',
    treatment: 'never',
    status: 500,
  },
  'format.manifest-corrupt': {
    sentence: 'The manifest of {point} in region {region} cannot be trusted: {cause}.',
    hint: 'The copy is marked as failed and made again from another region.',
    treatment: 'never',
    status: 500,
  },
  'format.version-unknown': {
    sentence: 'The manifest of {point} has format version {version}, which this version of CBCR cannot read.',
    hint: 'Upgrade CBCR to the version that wrote the point.',
    treatment: 'never',
    status: 422,
  },
  'format.unreadable': {
    sentence: 'No copy of {point} can be read: {cause}.',
    hint: 'Bring a region back (cbcr regions list), or choose an older point (cbcr points list).',
    treatment: 'outage',
    status: 503,
  },
  'key.missing': {
    sentence: 'The key {keyId} is not in the key ring of this process.',
    hint: 'Add the key to the key ring (CBCR_KEYS_FILE) of the workers of this region.',
    treatment: 'never',
    status: 422,
  },
  'key.wrong': {
    sentence: 'The key {keyId} does not open the data key of {point}.',
    hint: 'The key ring holds another key under this id. Restore the original key; the data cannot be read without it.',
    treatment: 'never',
    status: 422,
  },
  'key.ring-invalid': {
    sentence: 'The key ring cannot be used: {cause}.',
    hint: 'A key ring is a JSON object of key ids and keys: 32 random bytes in base64 (openssl rand -base64 32).',
    treatment: 'never',
    status: 422,
  },
} as const satisfies Record<string, ErrorEntry>;
