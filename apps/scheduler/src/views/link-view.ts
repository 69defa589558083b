import type { RegionView } from '@cbcr/client';
import { linkKey, type MeasuredLinks, type RegionId, type Rulebook } from '@cbcr/domain';

/** Every way to the region of which anything is declared or measured, by region. */
export function linksTo(to: RegionId, { rulebook, measured }: { rulebook: Rulebook; measured: MeasuredLinks }): RegionView['links'] {
  return rulebook.regions
    .map(({ id }) => id)
    .filter((from) => from !== to)
    .sort()
    .flatMap((from) => {
      const seen = measured.get(linkKey(from, to));
      const said = rulebook.links.find((link) => link.from === from && link.to === to);
      if (seen === undefined && said === undefined) return [];
      return [
        {
          from,
          latencyMs: seen?.latencyMs ?? null,
          latencyAt: seen?.latencyAt?.toISOString() ?? null,
          bytesPerSecond: seen?.bytesPerSecond ?? null,
          throughputAt: seen?.throughputAt?.toISOString() ?? null,
          declared: {
            latencyMs: said?.latencyMs ?? null,
            bandwidth: said?.bandwidth ?? null,
            pricePerGiB: said?.pricePerGiB ?? null,
          },
        },
      ];
    });
}
