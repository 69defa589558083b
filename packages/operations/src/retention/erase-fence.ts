import { CbcrError, type Clock } from '@cbcr/domain';
import type { RunContext } from '@cbcr/jobs';

/** Workers ask every second; who was not answered for so long may have been overtaken, also while it was asleep. */
const unconfirmedMs = 20_000;

/** Throws `catalog.unreachable` when nobody knows whether this start of the run still holds it. Decides at once, by what is known, so that nothing comes between. */
export function createEraseFence({ clock }: { clock: Clock }, { heldAtMs }: Pick<RunContext<unknown>, 'heldAtMs'>): () => void {
  return () => {
    const silentMs = clock.monotonicMs() - heldAtMs();
    if (silentMs <= unconfirmedMs) return;
    const cause = `it has not said for ${Math.round(silentMs / 1000)} s that this worker still holds its run, so nothing is deleted`;
    throw new CbcrError('catalog.unreachable', { cause });
  };
}
