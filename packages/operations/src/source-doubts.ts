import type { Catalog, PointRecord } from '@cbcr/catalog';
import { type CbcrError, type RegionId, toCbcrError } from '@cbcr/domain';
import type { RunLog } from '@cbcr/jobs';
import { damageRules } from '@cbcr/policy';

/** Copies in which a reader met damage. */
export interface SourceDoubts {
  /** Remembers the region when the error means damage; an outage casts no doubt. */
  note(region: RegionId, error: CbcrError): void;
  /** Has every doubted copy verified again. Never rejects. */
  settle(): Promise<void>;
}

/**
 * A reader that meets damage in a copy goes on with another, but the copy must not count as verified any longer: a verify run shall look at
 * it and, if it is damaged, have it replaced. It is written as the control plane writes, without an epoch: it names no bytes and only takes
 * trust away, so a worker that was taken over meanwhile does no harm with it.
 */
export function createSourceDoubts(catalog: Pick<Catalog, 'copies'>, point: Pick<PointRecord, 'id'>, log: RunLog): SourceDoubts {
  const doubted = new Map<RegionId, CbcrError>();
  return {
    note(region, error) {
      if (damageRules.includes(error.code) && !doubted.has(region)) doubted.set(region, error);
    },
    async settle() {
      for (const [region, error] of doubted) {
        try {
          const reason = { rule: 'doubted', text: `a reader met damage: ${error.message}` };
          await catalog.copies.askVerification({ point: point.id, region, reason });
          log.warn({ source: region, code: error.code, cause: error.message }, 'a source is damaged: its verification is asked for');
        } catch (secondary) {
          log.warn(
            { source: region, cause: toCbcrError(secondary).message },
            'the verification of a damaged source could not be asked for',
          );
        }
      }
    },
  };
}
