import { retentionExplanationViewSchema, retentionPreviewRequestSchema, retentionPreviewViewSchema } from '@cbcr/client';
import { instanceIdSchema, recoveryPointIdSchema } from '@cbcr/domain';
import { judgeRetention } from '@cbcr/policy';
import { z } from 'zod';
import { previewRetention, readRetention } from '../../read-retention.ts';
import { describePreview, describeRetention } from '../../views/retention-view.ts';
import type { Route } from './route.ts';

export const retention: Route = (app, deps) => {
  const { catalog } = deps;

  app.post(
    '/retention/preview',
    {
      schema: {
        summary: 'Which copies would expire, or be kept again, under other rules or at another moment; changes nothing',
        body: retentionPreviewRequestSchema,
        response: { 200: retentionPreviewViewSchema },
      },
    },
    async ({ body: { proposed, at, instance = null, limit } }) => {
      const config = proposed === undefined ? null : await deps.config.readText(proposed.text, proposed.file);
      return describePreview(await previewRetention(deps, { config, at: at === undefined ? null : new Date(at), instance, limit }));
    },
  );

  app.get(
    '/instances/:id/retention',
    {
      schema: {
        summary: 'Why each copy of an instance is kept, or expires, with all reasons',
        params: z.strictObject({ id: instanceIdSchema }),
        response: { 200: retentionExplanationViewSchema },
      },
    },
    async ({ params }) => {
      const [instance, { version, ...situation }] = await Promise.all([catalog.instances.get(params.id), readRetention(deps)]);
      const [holding] = await catalog.holdings.list([instance.id]);
      const points = holding?.points ?? [];
      return describeRetention(instance.id, version, judgeRetention({ ...situation, instance, points }), points);
    },
  );

  app.get(
    '/points/:id/retention',
    {
      schema: {
        summary: 'Why each copy of a point is kept, or expires, with all reasons',
        params: z.strictObject({ id: recoveryPointIdSchema }),
        response: { 200: retentionExplanationViewSchema },
      },
    },
    async ({ params }) => {
      const point = await catalog.points.get(params.id);
      const [instance, { version, ...situation }] = await Promise.all([catalog.instances.get(point.instance), readRetention(deps)]);
      const [holding] = await catalog.holdings.list([instance.id]);
      const points = holding?.points ?? [];
      const verdicts = judgeRetention({ ...situation, instance, points }).filter((verdict) => verdict.point === point.id);
      return describeRetention(instance.id, version, verdicts, points);
    },
  );
};
