import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

/** Copies that are expiring do not count as good, so that two that go at the same time never rely on each other. */
export const lastGood: DeletionCheck = {
  rule: 'last-good',
  ask({ purpose, point, instance: { retiredFrom }, newestGoodWithout, now }) {
    if (purpose === 'garbage') return allow('nothing can be restored from it');
    if (retiredFrom !== null && retiredFrom <= now) return allow('the instance is retired');
    if (point === null) return deny('the catalog does not know the point');
    if (newestGoodWithout !== null && newestGoodWithout >= point.capturedAt) {
      return allow(`a verified copy of a point of ${newestGoodWithout.toISOString()} remains`);
    }
    const whose =
      retiredFrom === null ? 'a live instance' : `an instance that was retired; that cools off until ${retiredFrom.toISOString()}`;
    return deny(`it is of the last good point of ${whose}: no verified copy of this point, or of a newer one, would remain`);
  },
};
