import type { Catalog } from '@cbcr/catalog';
import type { Rulebook } from '@cbcr/domain';

/** Longer than any cooling-off that makes sense: what ended before cannot keep anything. */
const longestCoolingOffMs = 400 * 86_400_000;

/** The versions of the rulebook that ended so lately that they may still keep copies by their cooling-off. */
export async function readEarlierRulebooks(catalog: Catalog, now: Date): Promise<{ version: number; rulebook: Rulebook; endedAt: Date }[]> {
  const versions = await catalog.rulebook.list();
  const ended = versions.slice(1).map(({ version }, index) => ({ version, endedAt: versions[index]?.appliedAt ?? now }));
  const recent = ended.filter(({ endedAt }) => now.getTime() - endedAt.getTime() < longestCoolingOffMs);
  return Promise.all(recent.map(async (one) => ({ ...one, rulebook: (await catalog.rulebook.get(one.version)).rulebook })));
}
