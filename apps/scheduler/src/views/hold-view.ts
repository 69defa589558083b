import type { HoldCheckView, HoldView } from '@cbcr/client';
import type { Hold } from '@cbcr/domain';
import { type HoldCheck, type HoldMoment, protectsUntil } from '@cbcr/policy';

const shownConflicts = 100;

export function describeHoldFully(hold: Hold, { now, releaseGraceMs }: HoldMoment): HoldView {
  const { id, title, reason, matter, placedBy, releaseRequested, released, selector } = hold;
  const { captured, ...conditions } = selector;
  const end = protectsUntil(hold, releaseGraceMs);
  return {
    ...{ id, title, reason, matter, placedBy },
    selector: {
      ...conditions,
      ...(captured === undefined
        ? {}
        : {
            captured: {
              ...(captured.from === undefined ? {} : { from: captured.from.toISOString() }),
              ...(captured.to === undefined ? {} : { to: captured.to.toISOString() }),
            },
          }),
    },
    placedAt: hold.placedAt.toISOString(),
    state: end === null ? 'active' : now < end ? 'grace' : 'released',
    protectsUntil: end?.toISOString() ?? null,
    releaseRequested: releaseRequested === null ? null : { ...releaseRequested, at: releaseRequested.at.toISOString() },
    released: released === null ? null : { ...released, at: released.at.toISOString() },
  };
}

export function describeHoldChecks(checks: readonly HoldCheck[], moment: HoldMoment): HoldCheckView {
  return {
    checkedAt: moment.now.toISOString(),
    holds: checks.map(({ hold, instances, points, regions, conflicts }) => ({
      ...{ hold: hold.id, title: hold.title, state: describeHoldFully(hold, moment).state, instances, points },
      regions: [...regions.values()]
        .toSorted((a, b) => (a.region < b.region ? -1 : 1))
        .map(({ region, copies, coming, effects, details }) => ({ region, copies, coming, ...effects, details: [...details].toSorted() })),
      conflicts: conflicts.slice(0, shownConflicts),
      conflictCount: conflicts.length,
    })),
  };
}
