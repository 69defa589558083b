import type { ExclusionRule } from '../placement-rule.ts';

/** A provider that is not named may be the same. */
export const differentProvider: ExclusionRule = {
  rule: 'different-provider',
  explain: ({ policy, home, instance }, { region }) => {
    if (policy.placement.constraints?.differentProvider !== true || region.id === instance.home) return null;
    const [own, other] = [home?.region.provider, region.provider];
    if (other === undefined) return `whether ${region.id} is at another provider than ${instance.home} is not known: it names none`;
    if (own === undefined) return `whether ${region.id} is at another provider than ${instance.home} is not known: the home names none`;
    return own === other ? `${region.id} is at ${other} like ${instance.home}; another provider is demanded` : null;
  },
  wayOut: (_, regions) => `drop differentProvider, which admits ${regions.join(', ')}`,
};
