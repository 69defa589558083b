import { type CbcrClient, type GarbageView, garbageSearchRequestSchema, type RunView } from '@cbcr/client';
import type { Cli } from '../../cli.ts';
import { followToSuccess } from '../../follow-run.ts';
import { parseInput } from '../../parse-input.ts';

export interface GarbageOptions {
  instance?: string;
  region?: string;
  timeout?: number;
}

export interface GarbageOfStores {
  found: GarbageView[];
  /** Regions that nobody can look into now. */
  skipped: { region: string; reason: string }[];
}

/** Has a worker of each region look, all at the same time. A region that is named is waited for; of all others only those that are up are asked. */
export async function searchGarbage(cli: Cli, client: CbcrClient, { instance, region, timeout }: GarbageOptions): Promise<GarbageOfStores> {
  const regions = await client.listRegions();
  const isAsked = ({ id, health }: (typeof regions)[number]) => (region === undefined ? health.state === 'up' : id === region);
  const skipped = region === undefined ? regions.filter((one) => !isAsked(one)) : [];
  const ids = region === undefined ? regions.filter(isAsked).map(({ id }) => id) : [region];
  const runs: RunView[] = [];
  for (const id of ids) runs.push(await client.startGarbageSearch(parseInput(garbageSearchRequestSchema, { region: id, instance })));
  const found: GarbageView[] = [];
  for (const run of runs) {
    await followToSuccess(cli, client, run, { timeoutSeconds: timeout, namesRegion: true });
    found.push(await client.getGarbage(run.id));
  }
  return { found, skipped: skipped.map(({ id, health }) => ({ region: id, reason: `${health.state}: ${health.reason}` })) };
}
