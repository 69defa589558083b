import { limitViewSchema, setLimitRequestSchema } from '@cbcr/client';
import { CbcrError } from '@cbcr/domain';
import { readLimits } from '@cbcr/operations';
import { type LimitName, limitNameSchema, limitSchema } from '@cbcr/throttle';
import { z } from 'zod';
import { publishLimits } from '../../publish-limits.ts';
import { describeLimit } from '../../views/limit-view.ts';
import { callerOf } from '../caller.ts';
import type { Route } from './route.ts';

export const limits: Route = (app, { catalog, clock, limitBook }) => {
  /** Null while Redis is away: the limits themselves are the catalog's. */
  const readSharers = async () => {
    const published = await limitBook.read().catch(() => null);
    return published === null ? null : new Map(published.limits.map(({ name, sharers }) => [name, sharers]));
  };
  const list = async () => {
    const [{ sources }, sharers] = await Promise.all([readLimits(catalog), readSharers()]);
    const now = clock.now();
    return sources.map((limit) => describeLimit(limit, now, sharers === null ? null : (sharers.get(limit.name) ?? 0)));
  };

  app.get(
    '/limits',
    { schema: { summary: 'Bandwidth limits and where they come from', response: { 200: z.array(limitViewSchema) } } },
    list,
  );

  app.put(
    '/limits/:name',
    {
      schema: {
        summary: 'Set a bandwidth limit for now, within a second for all workers; null resets it to what cbcr.yaml says',
        params: z.strictObject({ name: z.string().min(1).max(256) }),
        body: setLimitRequestSchema,
        response: { 200: limitViewSchema },
      },
    },
    async (request) => {
      const { params, body } = request;
      const name = understand(limitNameSchema, params.name, 'name');
      await requireKnownRegions(name);
      await catalog.limits.override(
        name,
        body.limit === null ? null : understand(limitSchema, body.limit, 'limit'),
        callerOf(request).name,
      );
      // Whoever has an answer has its limit: what he starts next keeps it. Without Redis the leader publishes it later, as it does anyway.
      await publishLimits({ catalog, limitBook }).catch(() => undefined);
      const found = (await list()).find((limit) => limit.name === name);
      return found ?? describeLimit({ name, configured: null, override: null }, clock.now(), 0);
    },
  );

  async function requireKnownRegions(name: LimitName): Promise<void> {
    const [, kind, subject = ''] = /^(\w+):(.+)$/.exec(name) ?? [];
    if (kind === 'worker' || subject === '*') return;
    const known = (await catalog.regions.list()).map(({ id }) => String(id));
    const unknown = subject.split('->').find((region) => !known.includes(region));
    if (unknown !== undefined) throw new CbcrError('region.not-found', { region: unknown, known: known.join(', ') });
  }
};

function understand<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.flatMap((issue) => innermost(issue, value));
  const cause = issues.map(({ path, message }) => `${[what, ...path].join('.')}: ${message}`).join('; ');
  throw new CbcrError('api.request-invalid', { cause });
}

/** What a limit may be has two forms, a rate or more: the problem is that of the form which was meant. */
function innermost(issue: z.core.$ZodIssue, value: unknown): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return [issue];
  return [...((typeof value === 'object' ? issue.errors[0] : issue.errors.at(-1)) ?? [issue])];
}
