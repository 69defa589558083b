import type { HeldPoint, Hold, HoldSelector, Reason, RegionId } from '@cbcr/domain';
import type { SelectableInstance } from '../effective/match-policy.ts';
import { describeDuration } from '../health/describe-duration.ts';

/** A copy in the words that the selectors of holds speak. */
export interface HoldableCopy {
  readonly instance: Pick<SelectableInstance, 'id' | 'dataClass' | 'labels' | 'formerly'>;
  readonly point: Pick<HeldPoint, 'id' | 'capturedAtMs'>;
  readonly region: RegionId;
}
/** When the question is asked, and for how long after its release a hold still protects. */
export interface HoldMoment {
  readonly now: Date;
  readonly releaseGraceMs: number;
}

/**
 * The holds that protect a copy now, in the order given: those that are not released, and those whose release is younger than the grace.
 * Whether the copy exists does not matter, so the answer also holds for copies that are about to be made. A description of the instance that was in force at
 * any time since the capture counts as well as the one of now: an edit takes nothing out of a hold that was captured before it.
 */
export function holdsOn(holds: readonly Hold[], copy: HoldableCopy, moment: HoldMoment): Hold[] {
  return holds.filter(
    (hold) =>
      isInForce(hold, moment) && coversInstance(hold.selector, copy.instance, copy.point.capturedAtMs) && coversCopy(hold.selector, copy),
  );
}

/** Those of the holds that may protect a copy of the instance now; for whoever asks {@link holdsOn} about many copies of it. */
export function holdsOnInstance(holds: readonly Hold[], instance: HoldableCopy['instance'], moment: HoldMoment): Hold[] {
  return holds.filter((hold) => isInForce(hold, moment) && coversInstance(hold.selector, instance, Number.NEGATIVE_INFINITY));
}

/** From this moment on a released hold protects nothing; null while it is not released. */
export const protectsUntil = ({ released }: Hold, releaseGraceMs: number): Date | null =>
  released === null ? null : new Date(released.at.getTime() + Math.max(releaseGraceMs, released.graceMs ?? 0));

/** `hold H-12`, or that it was released a short while ago. */
export function describeHold({ id, title, released }: Hold, now: Date): Reason {
  if (released === null) return { rule: 'hold', text: `hold ${id} (${title})` };
  const ago = describeDuration(Math.max(0, now.getTime() - released.at.getTime()));
  return { rule: 'hold-released', text: `hold ${id} (${title}) was released ${ago} ago, and its grace is not over` };
}

function isInForce(hold: Hold, { now, releaseGraceMs }: HoldMoment): boolean {
  const end = protectsUntil(hold, releaseGraceMs);
  return end === null || now < end;
}

function coversInstance(
  { instances, dataClasses, labels = {} }: HoldSelector,
  instance: HoldableCopy['instance'],
  sinceMs: number,
): boolean {
  const former = (instance.formerly ?? []).filter(({ endedAt }) => endedAt.getTime() >= sinceMs);
  const isMeant = ({ dataClass, labels: has }: Pick<SelectableInstance, 'dataClass' | 'labels'>) =>
    (dataClasses?.includes(dataClass) ?? true) &&
    Object.entries(labels).every(([label, value]) => Object.hasOwn(has, label) && has[label] === value);
  return (instances?.includes(instance.id) ?? true) && (isMeant(instance) || former.some(isMeant));
}

const coversCopy = ({ regions, captured, points }: HoldSelector, { point, region }: HoldableCopy) =>
  (regions?.includes(region) ?? true) &&
  (points?.includes(point.id) ?? true) &&
  point.capturedAtMs >= (captured?.from?.getTime() ?? Number.NEGATIVE_INFINITY) &&
  point.capturedAtMs <= (captured?.to?.getTime() ?? Number.POSITIVE_INFINITY);
