/** What S3 calls the modes. */
export const lockModes = { governance: 'GOVERNANCE', compliance: 'COMPLIANCE' } as const;

/** Stores keep lock dates in whole seconds; never earlier than asked for. */
export const wholeSeconds = (moment: Date): Date => new Date(Math.ceil(moment.getTime() / 1_000) * 1_000);
