import type { PlacementCapability } from '@cbcr/domain';
import { lockIn, placesOf } from '../../effective/lock-in.ts';
import type { DecidingPolicy } from '../../residency/permission-rule.ts';
import type { ExclusionRule } from '../placement-rule.ts';

/** Probed, not believed: what nobody has tried counts as missing. A lock needs object lock, whoever forgot to say so. */
export const capabilityMissing: ExclusionRule = {
  rule: 'capability-missing',
  explain: ({ policy, capabilities }, { region }) => {
    const demanded = demandedCapabilities(policy, lockIn(policy.lock, region.id) !== null);
    if (demanded.length === 0) return null;
    const probed = capabilities.get(region.id);
    if (probed === undefined) return `${region.id} has not been probed yet for ${demanded.join(', ')}, which is demanded`;
    const missing = demanded.filter((capability) => !probed[capability]);
    return missing.length === 0
      ? null
      : `the store of ${region.id} lacks ${missing.join(', ')}, which is demanded (probed ${probed.probedAt.toISOString()})`;
  },
  wayOut: ({ policy, capabilities }, regions) => {
    const demanded = demandedCapabilities(policy, placesOf(policy.lock).length > 0).join(', ');
    const unprobed = regions.filter((region) => !capabilities.has(region));
    const lacking = regions.filter((region) => capabilities.has(region));
    const ways = [
      unprobed.length > 0 && `start a worker in ${unprobed.join(', ')}, which probes the store`,
      lacking.length > 0 && `give ${lacking.join(', ')} a store with ${demanded}`,
    ];
    return ways.filter((way) => way !== false).join(', or ');
  },
};

const demandedCapabilities = ({ placement }: DecidingPolicy, isLocked: boolean): PlacementCapability[] => {
  const named = placement.constraints?.capabilities ?? [];
  return [...new Set<PlacementCapability>([...named, ...(isLocked ? (['objectLock'] as const) : [])])].sort();
};
