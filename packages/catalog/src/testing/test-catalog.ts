import { createHash, randomBytes } from 'node:crypto';
import { type Clock, createIdFactory, type IdFactory } from '@cbcr/domain';
// biome-ignore lint/plugin/test-kit: this subpath exists for tests alone
import { createTestDatabase, ensureTemplateDatabase, waitUntil } from '@cbcr/testkit';
import postgres from 'postgres';
import { type Catalog, openCatalog } from '../catalog.ts';
import { migrateCatalog } from '../migration/migrate.ts';
import { knownMigrations } from '../migration/schema-version.ts';
import { holdConfigForSession } from '../queries/config-lock.ts';
import type { CatalogOptions } from '../query-context.ts';

export interface TestCatalog {
  catalog: Catalog;
  /** Superuser's address of the database, for raw SQL. */
  url: string;
  ids: IdFactory;
  /** Another process, as far as Postgres can tell; closed with the rest. */
  openAnother(options?: Partial<CatalogOptions>): Catalog;
  /** Lets no change of the configuration begin, nor an instance be added, until it is let go. */
  holdChanges(): Promise<HeldChanges>;
  /** Closes the catalogs and drops the database. */
  drop(): Promise<void>;
}

interface HeldChanges {
  /** Waits until so many of them stand in the queue. */
  untilWaiting(count: number): Promise<void>;
  letGo(): Promise<void>;
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
    async holdChanges() {
      const [holder, watcher] = [postgres(database.url, { max: 1 }), postgres(database.url, { max: 1 })];
      await holder.unsafe(holdConfigForSession);
      const countWaiting = async () => {
        const [row] = await watcher<{ waiting: number }[]>`select count(*)::int as waiting from pg_locks
          where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`;
        return row?.waiting;
      };
      return {
        async untilWaiting(count) {
          const isSo = await waitUntil(async () => (await countWaiting()) === count, { deadlineMs: 120_000 });
          if (!isSo) throw new Error(`not ${count} changes wait but ${await countWaiting()}`);
        },
        letGo: async () => void (await Promise.all([holder.end(), watcher.end()])),
      };
    },
    async drop() {
      await Promise.all(opened.map((catalog) => catalog.close()));
      await database.drop();
    },
  };
}
