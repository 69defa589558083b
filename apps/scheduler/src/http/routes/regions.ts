import { regionViewSchema } from '@cbcr/client';
import { z } from 'zod';
import { linksTo } from '../../views/link-view.ts';
import type { Route } from './route.ts';

export const regions: Route = (app, { catalog, health, clock, tuning }) => {
  app.get(
    '/regions',
    {
      schema: {
        summary: 'Regions, whether they are up and why, what their stores can do, and how far the others are',
        response: { 200: z.array(regionViewSchema) },
      },
    },
    async () => {
      const listed = await catalog.regions.list();
      const [states, workers, probes, measured, { rulebook }] = await Promise.all([
        health.read(listed),
        catalog.workers.list(),
        catalog.capabilities.read(),
        catalog.links.read(),
        catalog.rulebook.current(),
      ]);
      const freshAfter = clock.now().getTime() - tuning.workerStaleMs;
      return listed.map(({ id, jurisdictions, provider, store, keyId }) => {
        const state = states.get(id) ?? { state: 'unknown' as const, reason: 'no worker has ever reported', since: null };
        const probe = probes.get(id);
        return {
          id,
          jurisdictions,
          provider: provider ?? null,
          storeKind: store.kind,
          encrypted: keyId !== undefined,
          health: { ...state, since: state.since?.toISOString() ?? null },
          workers: workers.filter((worker) => worker.region === id && worker.lastSeenAt.getTime() >= freshAfter).length,
          probe: probe === undefined ? null : { ...probe, probedAt: probe.probedAt.toISOString() },
          links: linksTo(id, { rulebook, measured }),
        };
      });
    },
  );
};
