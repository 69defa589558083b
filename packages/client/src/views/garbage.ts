import { z } from 'zod';
import { reasonSchema } from './reason.ts';
import { runViewSchema } from './run.ts';

const leftovers = {
  instance: z.string(),
  point: z.string(),
  objects: z.number(),
  bytes: z.number(),
  /** Of the youngest object, by the clock of the store, ISO 8601; null: the store does not say. */
  writtenAt: z.string().nullable(),
  reason: reasonSchema,
};
const sum = z.object({ points: z.number(), objects: z.number(), bytes: z.number() });

/** What a search found in the store of a region. The sums are of everything, the lists only of the first. */
export const garbageViewSchema = z.object({
  region: z.string(),
  /** The run that searched. */
  search: z.string(),
  /** What nobody refers to. `denied`: what the deletion gate said against its end when it was found; empty: it may go. */
  garbage: z.array(z.object({ ...leftovers, denied: z.array(reasonSchema) })),
  total: sum,
  /** What no catalog of ours speaks of; it never goes by itself. */
  unclaimed: z.array(z.object(leftovers)),
  totalUnclaimed: sum,
});
export type GarbageView = z.infer<typeof garbageViewSchema>;

/** The runs that remove what a search found. */
export const garbageCollectionViewSchema = z.object({
  runs: z.array(runViewSchema),
  /** Points that wait until these runs have ended: ask again then. */
  waiting: z.number(),
});
export type GarbageCollectionView = z.infer<typeof garbageCollectionViewSchema>;
