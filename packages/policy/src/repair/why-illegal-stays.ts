import type { Placement, RegionId } from '@cbcr/domain';
import { tooFewSpares } from '../placement/rules/enough-spares.ts';

/** What a copy where none may be waits for before it goes, as the rest of a sentence; null when nothing keeps it: until then it may be the last one. */
export function whyIllegalStays(copies: readonly { region: RegionId; state: string }[], { placed, unmet }: Placement): string | null {
  const isVerified = (region: RegionId) => copies.some((copy) => copy.region === region && copy.state === 'verified');
  const owed = placed.map(({ region }) => region).filter((region) => !isVerified(region));
  if (owed.length > 0) return `until the copies in ${owed.join(', ')} are verified`;
  const demands = unmet.filter(({ rule }) => rule !== tooFewSpares).map(({ rule }) => rule);
  return demands.length === 0 ? null : `while a demand is unmet: ${demands.join(', ')}`;
}
