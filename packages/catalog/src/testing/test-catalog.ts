import { createHash, randomBytes } from 'node:crypto';
import { type Clock, createIdFactory, type IdFactory } from '@cbcr/domain';
// biome-ignore lint/plugin/test-kit: this subpath exists for tests alone
import { createTestDatabase, ensureTemplateDatabase } from '@cbcr/testkit';
import { type Catalog, openCatalog } from '../catalog.ts';
import { migrateCatalog } from '../migration/migrate.ts';
import { knownMigrations } from '../migration/schema-version.ts';
import type { CatalogOptions } from '../query-context.ts';

export interface TestCatalog {
  catalog: Catalog;
  /** Superuser's address of the database, for raw SQL. */
  url: string;
  ids: IdFactory;
  /** Another process, as far as Postgres can tell; closed with the rest. */
  openAnother(options?: Partial<CatalogOptions>): Catalog;
  /** Closes the catalogs and drops the database. */
  drop(): Promise<void>;
}

/** `adminUrl` is what vitest's `inject('postgresAdminUrl')` gives. The first call on a server migrates the template, later ones copy it. */
export async function createTestCatalog({ adminUrl, clock }: { adminUrl: string; clock: Clock }): Promise<TestCatalog> {
  const version = createHash('sha256').update(JSON.stringify(knownMigrations().map((migration) => migration.hash)));
  const name = `catalog_template_${version.digest('hex').slice(0, 12)}`;
  const template = await ensureTemplateDatabase(adminUrl, name, async (url) => {
    await migrateCatalog({ url, clock });
  });
  const database = await createTestDatabase(adminUrl, { template });
  const ids = createIdFactory(clock, randomBytes);
  const opened: Catalog[] = [];
  const open = (options: Partial<CatalogOptions> = {}) => {
    const catalog = openCatalog({ url: database.url, clock, ids, applicationName: 'cbcr test', onError: () => undefined, ...options });
    opened.push(catalog);
    return catalog;
  };
  return {
    catalog: open(),
    url: database.url,
    ids,
    openAnother: open,
    async drop() {
      await Promise.all(opened.map((catalog) => catalog.close()));
      await database.drop();
    },
  };
}
