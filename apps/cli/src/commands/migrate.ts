import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { findDatabaseUrl } from '../connection.ts';

export function migrate(parent: Command, cli: Cli): void {
  parent
    .command('migrate')
    .description("bring the catalog's schema to this version; the database is CBCR_DATABASE_URL, or the local stack's")
    .action(async () => {
      const { from, to } = await cli.parts.migrateCatalog(findDatabaseUrl(cli));
      cli.out.result({ from, to }, () =>
        from === to ? `the catalog already has schema version ${to}` : `the catalog went from schema version ${from} to ${to}`,
      );
    });
}
