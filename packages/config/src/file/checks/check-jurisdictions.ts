import { suggest } from '../../did-you-mean.ts';
import type { Check } from './check.ts';

/** A jurisdiction that no region has is most likely misspelt, and would silently make the allowed set smaller. */
export const checkJurisdictions: Check = ({ regions, policies }, _vocabulary, problems) => {
  // A region that could not be read may be the one that has it.
  if (regions.valid.length < regions.names.length) return;
  const known = [...new Set(regions.valid.flatMap((region) => region.jurisdictions))].sort();
  for (const { id, placement } of policies.valid) {
    for (const [index, jurisdiction] of (placement.jurisdictions ?? []).entries()) {
      if (known.includes(jurisdiction)) continue;
      problems.add(
        ['policies', id, 'placement', 'jurisdictions', index],
        `no region lies in ${jurisdiction}`,
        suggest(jurisdiction, known),
      );
    }
  }
};
