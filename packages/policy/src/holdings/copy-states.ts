import type { CopyState } from '@cbcr/domain';

/** Bytes may lie in the region: whole, in part, or not removed yet. */
export const mayHaveBytes = (state: CopyState): boolean => state !== 'planned' && state !== 'deleted';
/** All bytes are there. */
export const isWhole = (state: CopyState): boolean => state === 'verified' || state === 'stored';

/** Let go of by the deletion gate: it counts for nothing any more. */
export const isGoing = (state: CopyState): boolean => state === 'expiring' || state === 'deleted';
