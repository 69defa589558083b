import { isDeepStrictEqual } from 'node:util';
import type { Catalog } from '@cbcr/catalog';
import type { ConfigVocabulary } from '@cbcr/config';

/** What workers found in the stores that a file names. A region that the file gives another store has not been probed. */
export async function readFindCapabilities({
  capabilities,
  regions,
}: Pick<Catalog, 'capabilities' | 'regions'>): Promise<NonNullable<ConfigVocabulary['findCapabilities']>> {
  const [probes, known] = await Promise.all([capabilities.read(), regions.list({ unlisted: true })]);
  const stores = new Map(known.map(({ id, store }) => [id, store]));
  return ({ id, store }) => (isDeepStrictEqual(stores.get(id), store) ? probes.get(id) : undefined);
}
