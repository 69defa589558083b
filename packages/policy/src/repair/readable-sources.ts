import type { Copy, Placement, Reason, RegionHealth, RegionId } from '@cbcr/domain';
import { legalRegionsOf } from '../placement/legal-regions.ts';

/**
 * The copies from which another can be made: in a region that may hold the data, whole, and not known to be down. A spare may serve as a
 * source; a copy outside the allowed set may not, because reading it would spread what should not be there.
 */
export function findReadableSources(
  { placement, copies }: { placement: Placement; copies: readonly Copy[] },
  target: RegionId,
  health: ReadonlyMap<RegionId, RegionHealth>,
  verifiedOnly: boolean,
): { sources: RegionId[]; obstacle: Reason | null } {
  const legal = new Set(legalRegionsOf(placement));
  const whole = copies.filter((copy) => copy.region !== target && legal.has(copy.region) && isWhole(copy));
  if (whole.length === 0) return refuse('no-source', 'no other copy is whole');
  const trusted = verifiedOnly ? whole.filter((copy) => copy.state === 'verified') : whole;
  if (trusted.length === 0) {
    return refuse('no-verified-source', `a damaged copy is replaced from a verified one only; waiting for ${names(whole)} to be verified`);
  }
  const readable = trusted.filter((copy) => health.get(copy.region)?.state !== 'down');
  if (readable.length === 0) return refuse('sources-down', `every region that holds a whole copy is down: ${names(trusted)}`);
  return { sources: readable.map((copy) => copy.region), obstacle: null };
}

const isWhole = (copy: Copy): boolean => copy.state === 'stored' || copy.state === 'verified';
const names = (copies: readonly Copy[]): string =>
  copies
    .map((copy) => copy.region)
    .sort()
    .join(', ');
const refuse = (rule: string, text: string) => ({ sources: [], obstacle: { rule, text } });
