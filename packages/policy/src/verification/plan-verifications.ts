import type { Duration, HeldPoint, InstanceId, RegionHealth, RegionId } from '@cbcr/domain';
import { hashText } from '../placement/hash-text.ts';
import { repairKey, type WantedRun } from '../repair/wanted-run.ts';
import type { Decision } from '../situation/situation.ts';

/** Copies come due in this part of the time that the policy gives, so that what was verified together is not verified together again, nor too late. */
const earliestShare = 0.75;
const latestShare = 0.95;

export interface VerificationInput {
  instance: InstanceId;
  points: readonly HeldPoint[];
  /** How often the policy wants each copy read back. */
  every: Duration;
  mayHold: Decision['mayHold'];
  /** Only regions that are up are asked. */
  health: ReadonlyMap<RegionId, RegionHealth>;
  now: Date;
}

/** When a copy that was verified at this moment is read again: a moment of its own, and always the same one. In milliseconds since 1970. */
function verifyAgainAt(verifiedAtMs: number, every: Duration, key: string): number {
  const share = earliestShare + (latestShare - earliestShare) * (hashText(key) / 2 ** 32);
  return verifiedAtMs + every.ms * share;
}

/**
 * Verified copies whose last verification is nearly as old as the policy allows, those due longest first. Copies that are not verified are
 * repaired, and copies where none may be are removed, neither is verified again.
 */
export function planVerifications({ instance, points, every, mayHold, health, now }: VerificationInput): WantedRun[] {
  const due: { dueAtMs: number; run: WantedRun }[] = [];
  for (const { id: point, state, copies } of points) {
    if (state !== 'complete') continue;
    for (const { region, state: copyState, verifiedAtMs } of copies) {
      if (copyState !== 'verified' || verifiedAtMs === null || health.get(region)?.state !== 'up') continue;
      const dedupeKey = repairKey('verify-copy', point, region);
      const dueAtMs = verifyAgainAt(verifiedAtMs, every, dedupeKey);
      if (dueAtMs > now.getTime() || !mayHold(region).allowed) continue;
      const text = `verified last at ${new Date(verifiedAtMs).toISOString()}; the policy wants it every ${every.text}`;
      due.push({ dueAtMs, run: { purpose: 'verify-copy', instance, point, region, dedupeKey, reason: { rule: 'verify-every', text } } });
    }
  }
  return due.sort((a, b) => a.dueAtMs - b.dueAtMs || (a.run.dedupeKey < b.run.dedupeKey ? -1 : 1)).map(({ run }) => run);
}
