import type { Catalog } from '@cbcr/catalog';
import { type Limit, type LimitName, type Limits, limitNameSchema, limitSchema } from '@cbcr/throttle';

/** One bandwidth limit with both of its sources; what was set at run time goes before what cbcr.yaml says. */
export interface LimitSources {
  name: LimitName;
  configured: Limit | null;
  override: Limit | null;
}

/** The limits that hold, as the catalog knows them. A limit that cannot be read fails the whole: leaving it out would open a gate. */
export async function readLimits(catalog: Catalog): Promise<{ revision: number; limits: Limits; sources: LimitSources[] }> {
  const { revision, limits: records } = await catalog.limits.list();
  const sources = records.map(({ name, configured, override }) => ({
    name: limitNameSchema.parse(name),
    configured: configured === null ? null : limitSchema.parse(configured),
    override: override === null ? null : limitSchema.parse(override),
  }));
  const limits: Record<LimitName, Limit> = {};
  for (const { name, configured, override } of sources) {
    const limit = override ?? configured;
    if (limit !== null) limits[name] = limit;
  }
  return { revision, limits, sources };
}
