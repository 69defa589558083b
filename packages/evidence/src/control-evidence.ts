/** Which files of a pack, and which actions in its events, answer a control. */
export interface ControlEvidence {
  files: readonly string[];
  actions: readonly string[];
  /** How they answer it, for people. */
  answer: string;
}

const findings = 'compliance.json';

/** By the name of the control, as in cbcr.yaml. A test compares it with the controls that exist. */
export const controlEvidence: Readonly<Record<string, ControlEvidence>> = {
  'allowed-location': {
    files: [findings, 'policies.json', 'copies.json'],
    actions: ['placement.decided', 'copy.became-illegal', 'exception.used', 'copy.deleted'],
    answer: 'where each copy was put and by which rule, exceptions that were used, copies that became illegal and when they went',
  },
  'bucket-location': {
    files: [findings, 'regions.json'],
    actions: [],
    answer: 'where each region says that its store is, and what workers found there',
  },
  'minimum-copies': {
    files: [findings, 'copies.json', 'instances.json'],
    actions: ['copy.verified', 'debt.opened', 'debt.closed'],
    answer: 'every copy with the moment of its verification, and since when and until when copies were owed',
  },
  'minimum-distance': {
    files: [findings, 'regions.json', 'copies.json'],
    actions: ['placement.decided'],
    answer: 'where the verified copies of each point are, and how the regions lie',
  },
  encryption: { files: [findings, 'policies.json', 'regions.json'], actions: [], answer: 'under which key each region keeps its copies' },
  lock: {
    files: [findings, 'policies.json', 'regions.json'],
    actions: ['lock.extended', 'lock.bypass-allowed', 'lock.bypassed'],
    answer: 'what is locked until when, what was extended, and every break-glass with its reason',
  },
  'minimum-retention': {
    files: [findings, 'policies.json', 'deletions.json'],
    actions: ['copy.expiring', 'copy.deleted', 'deletion.denied', 'policy.applied', 'policy.rolled-back'],
    answer: 'every deletion with all of its reasons, and every one that was refused',
  },
  'maximum-retention': {
    files: [findings, 'policies.json', 'deletions.json'],
    actions: ['copy.expiring', 'copy.deleted', 'policy.applied', 'policy.rolled-back'],
    answer: 'when copies that had to go were gone, which a listing of the store proved',
  },
  'rpo-age': { files: [findings, 'copies.json'], actions: ['point.completed'], answer: 'every complete capture with its moment' },
  'verification-age': {
    files: [findings, 'copies.json'],
    actions: ['copy.verified'],
    answer: 'when the bytes of each copy were last read back and found right',
  },
  'drill-age': {
    files: [findings],
    actions: ['restore.started', 'restore.finished', 'restore.failed'],
    answer: 'every restore of the period, how it ended and from where it read',
  },
  rto: {
    files: [findings],
    actions: ['restore.started', 'restore.finished', 'restore.failed'],
    answer: 'every restore of the period, when it was asked for and when it ended',
  },
  'hold-integrity': {
    files: [findings, 'holds.json'],
    actions: ['hold.placed', 'hold.release-requested', 'hold.released', 'deletion.denied'],
    answer: 'every legal hold with who placed and released it and why, and deletions that it stopped',
  },
};
