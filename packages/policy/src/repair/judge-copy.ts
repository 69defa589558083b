import type { Copy, Reason, RegionId } from '@cbcr/domain';
import type { RepairPurpose } from './wanted-run.ts';

/** What a placed copy needs to become verified; without a purpose nothing can be done now, and the reason says why. */
export interface CopyNeed {
  purpose: RepairPurpose | null;
  /** The copy was found damaged, so only a copy whose bytes have been checked may replace it. */
  verifiedSourceOnly: boolean;
  reason: Reason;
}

/** Reasons of failed copies that mean damage: the bytes were there and were wrong, or were gone. */
export const damageRules: readonly string[] = ['copy-damaged', 'format.segment-corrupt', 'format.manifest-corrupt', 'store.object-missing'];

/** Null when the copy is as it should be. Knows nothing of outages, timing or active runs. */
export function judgeCopy(copy: Copy | undefined, region: RegionId): CopyNeed | null {
  if (!copy) return make('copy-missing', `no copy was planned in ${region} yet`);
  switch (copy.state) {
    case 'verified':
      return null;
    case 'stored':
      return {
        purpose: 'verify-copy',
        verifiedSourceOnly: false,
        reason: { rule: 'not-verified', text: `the copy in ${region} is stored and not verified` },
      };
    case 'planned':
      return make('copy-planned', `the policy demands a copy in ${region}`);
    case 'copying':
      return make('writer-gone', `the copy in ${region} was begun and nobody works on it`);
    case 'failed':
    case 'blocked':
      return damageRules.includes(copy.reason.rule)
        ? { ...make('copy-damaged', `the copy in ${region} is damaged: ${copy.reason.text}`), verifiedSourceOnly: true }
        : make(`copy-${copy.state}`, `the copy in ${region} ${copy.state === 'failed' ? 'failed' : 'was blocked'}: ${copy.reason.text}`);
    case 'expiring':
    case 'deleted':
      return {
        purpose: null,
        verifiedSourceOnly: false,
        reason: { rule: `copy-${copy.state}`, text: `the copy in ${region} is ${copy.state}; it is not made again` },
      };
  }
}

const make = (rule: string, text: string): CopyNeed => ({ purpose: 'make-copy', verifiedSourceOnly: false, reason: { rule, text } });
