import type { Catalog } from '@cbcr/catalog';
import type { InstanceId, RegionId } from '@cbcr/domain';
import { jobKinds } from '@cbcr/jobs';
import type { PlannedRun } from '../requests/request-dependencies.ts';
import { requireRegion } from '../requests/require-known.ts';

/** The run that looks for garbage in a region, or one instance's alone. Throws `region.not-found`, `instance.not-found`. */
export async function planSearch(
  { catalog }: { catalog: Catalog },
  wanted: { region: RegionId; instance?: InstanceId | undefined },
): Promise<PlannedRun> {
  const { id: region } = requireRegion({ regions: await catalog.regions.list({ unlisted: true }) }, wanted.region);
  const { name: kind, params } = jobKinds.garbage;
  const { id: instance } = wanted.instance === undefined ? { id: undefined } : await catalog.instances.get(wanted.instance);
  const dedupeKey = `${kind}:${region}:${instance ?? ''}`;
  return { kind, region, instance, params: params.parse({ region, ...(instance === undefined ? {} : { instance }) }), dedupeKey };
}
