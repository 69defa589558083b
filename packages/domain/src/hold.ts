import { z } from 'zod';
import { type HoldId, instanceIdSchema, type RecoveryPointId, type RegionId, recoveryPointIdSchema, regionIdSchema } from './ids.ts';
import { lastMomentSchema, momentSchema } from './moment.ts';

/**
 * What a legal hold covers. Every condition that is given must hold; a list holds when one of its entries does. It is asked for each copy
 * whenever somebody wants to know, so points and copies that do not exist yet are covered as soon as they do.
 */
export const holdSelectorSchema = z
  .strictObject({
    instances: z.array(instanceIdSchema).min(1).optional(),
    dataClasses: z.array(z.string().min(1)).min(1).optional(),
    /** Labels that an instance must have, all of them. */
    labels: z
      .record(z.string().min(1), z.string())
      .refine((labels) => Object.keys(labels).length > 0, 'at least one label')
      .optional(),
    regions: z.array(regionIdSchema).min(1).optional(),
    /** The moments that captures show, both ends included. */
    captured: z
      .strictObject({ from: momentSchema.optional(), to: lastMomentSchema.optional() })
      .refine(({ from, to }) => from !== undefined || to !== undefined, 'from, to or both')
      .refine(({ from, to }) => from === undefined || to === undefined || from <= to, 'it ends before it begins')
      .optional(),
    points: z.array(recoveryPointIdSchema).min(1).optional(),
  })
  .refine((selector) => Object.values(selector).some((condition) => condition !== undefined), 'at least one condition is needed');
export type HoldSelector = z.infer<typeof holdSelectorSchema>;

export interface HoldReleaseRequest {
  by: string;
  at: Date;
  reason: string;
}
export interface HoldRelease {
  by: string;
  at: Date;
  reason: string;
  /** The second person, where the rules ask for one. */
  approvedBy: string | null;
  /** What it covered stays so long after the release, whatever later rules say. Absent: as the rules say now. */
  graceMs?: number | null;
}

/** A legal hold. It does not expire, and nothing of it ever changes but that a release is asked for, and made. */
export interface Hold {
  id: HoldId;
  title: string;
  reason: string;
  /** The case, as those who ask for the hold call it. */
  matter: string | null;
  selector: HoldSelector;
  placedBy: string;
  placedAt: Date;
  /** The last request; it stays when the hold was released. */
  releaseRequested: HoldReleaseRequest | null;
  released: HoldRelease | null;
}

/**
 * What a store was told about one hold and one copy: its own legal hold is on every version (`set`), was taken off again (`cleared`), does not
 * exist there (`unsupported`), or could not be changed (`failed`). No effect is known of a copy that nobody has looked at yet.
 */
export type HoldEffectState = 'set' | 'cleared' | 'unsupported' | 'failed';
export interface HoldEffect {
  hold: HoldId;
  point: RecoveryPointId;
  region: RegionId;
  state: HoldEffectState;
  /** For people: how many versions, or why not. */
  detail: string;
  at: Date;
}

/** Until when the store itself lets nobody remove a copy, as it was last seen. */
export interface CopyLock {
  point: RecoveryPointId;
  region: RegionId;
  mode: LockMode;
  until: Date;
}
export const lockModes = ['governance', 'compliance'] as const;
export type LockMode = (typeof lockModes)[number];
