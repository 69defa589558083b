import { suggest } from '../../did-you-mean.ts';
import type { Sections } from '../read-sections.ts';
import type { Check } from './check.ts';
import { listReferences, type Reference } from './list-references.ts';

/** Everything that is named exists. A jurisdiction that no region has is most likely misspelt, and would silently change the allowed set. */
export const checkReferences: Check = ({ sections, vocabulary, problems }) => {
  const { regions, policies, instances } = sections;
  const jurisdictions = listJurisdictions(sections);
  const known: Record<Reference['noun'], readonly string[] | null> = {
    region: regions.names,
    policy: policies.names,
    instance: instances.names,
    engine: Object.keys(vocabulary.engines),
    jurisdiction: jurisdictions,
    place: jurisdictions && [...jurisdictions, ...regions.names],
  };
  for (const { noun, name, path } of listReferences(sections)) {
    const names = known[noun];
    if (names === null || names.includes(name)) continue;
    const isJurisdiction = noun === 'jurisdiction' || (noun === 'place' && /^[A-Z]/.test(name));
    const message = isJurisdiction ? `no region lies in ${name}` : `unknown ${noun === 'place' ? 'region' : noun} ${name}`;
    problems.add(path, message, suggest(name, names));
  }
};

/** Null when one could not be read: it may be the one that has the name. */
function listJurisdictions({ regions, jurisdictions }: Sections): string[] | null {
  if (regions.valid.length < regions.names.length || jurisdictions.valid.length < jurisdictions.names.length) return null;
  return [...new Set([...regions.valid.flatMap((region) => region.jurisdictions), ...jurisdictions.names])].sort();
}
