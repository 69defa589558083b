import { type JobKindName, jobKinds } from '@cbcr/jobs';

/** A rolling upgrade can leave runs of a kind in the catalog that this version does not know. */
export const isKnownKind = (kind: string): kind is JobKindName => Object.hasOwn(jobKinds, kind);
