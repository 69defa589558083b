import type { ErrorEntry } from '../error-entry.ts';

export const auditErrors = {
  'audit.chain-broken': {
    sentence: 'The audit trail was tampered with: {detail} ({kind}, event {event}).',
    hint: 'Keep the database as it is, compare it with evidence packs and backups, and find out who can write to it.',
    treatment: 'never',
    status: 500,
  },
  'evidence.tampered': {
    sentence: 'The evidence pack is not as it was signed: {count} problems, the first in {file}: {detail}.',
    hint: 'Each problem names a file, and the event if it is one; ask for the pack again from where it was made.',
    treatment: 'never',
    status: 500,
  },
  'evidence.key-invalid': {
    sentence: 'This is no key for evidence packs: {cause}.',
    hint: 'Make a pair with: cbcr evidence key create --out evidence-key.pem',
    treatment: 'never',
    status: 400,
  },
  'evidence.folder-in-use': {
    sentence: '{path} exists and is not empty.',
    hint: 'Name a folder that does not exist yet: a pack is never written over another.',
    treatment: 'never',
    status: 409,
  },
  'evidence.not-a-pack': {
    sentence: 'There is no evidence pack in {path}: {cause}.',
    hint: 'Name the folder that cbcr evidence export wrote.',
    treatment: 'never',
    status: 404,
  },
} as const satisfies Record<string, ErrorEntry>;
