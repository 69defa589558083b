import { auditChainViewSchema, auditEventViewSchema, auditVerificationViewSchema } from '@cbcr/client';
import { z } from 'zod';
import { describeAuditEvent } from '../../views/audit-view.ts';
import { moment, period, requireOrder } from './period.ts';
import type { Route } from './route.ts';

const anchorSchema = z
  .string()
  .regex(/^\d{1,15}:[0-9a-f]{64}$/, 'an event as ID:HASH')
  .transform((text) => ({ id: Number(text.slice(0, text.indexOf(':'))), hash: text.slice(text.indexOf(':') + 1) }));

export const audit: Route = (app, { catalog }) => {
  app.get(
    '/audit',
    {
      schema: {
        summary: 'The audit trail, newest first',
        querystring: z.strictObject({
          subject: z.string().min(1).optional(),
          action: z.string().min(1).optional(),
          actor: z.string().min(1).optional(),
          since: moment.optional(),
          until: moment.optional(),
          before: z.coerce.number().int().optional(),
          limit: z.coerce.number().int().min(1).max(1_000).default(100),
        }),
        response: { 200: z.array(auditEventViewSchema) },
      },
    },
    async ({ query }) => {
      requireOrder({ from: query.since, to: query.until }, ['since', 'until']);
      return (await catalog.audit.list(query)).map(describeAuditEvent);
    },
  );

  app.get(
    '/audit/chain',
    {
      schema: {
        summary: 'The audit trail of a period in its own order, a page at a time',
        querystring: z.strictObject({
          ...period,
          after: z.coerce.number().int().default(0),
          limit: z.coerce.number().int().min(1).max(1_000).default(1_000),
        }),
        response: { 200: auditChainViewSchema },
      },
    },
    async ({ query: { from, to, after, limit } }) => {
      requireOrder({ from, to });
      const [{ chainId }, bounds] = await Promise.all([catalog.audit.head(), catalog.audit.boundsOf({ from, to })]);
      if (bounds === null) return { chainId, events: [], last: null };
      const events = await catalog.audit.read({ first: Math.max(bounds.first, after + 1), last: bounds.last, limit });
      return { chainId, events: events.map(describeAuditEvent), last: bounds.last };
    },
  );

  app.get(
    '/audit/verification',
    {
      schema: {
        summary: 'Read the audit trail again and tell where it was tampered with first',
        querystring: z.strictObject({ ...period, anchor: anchorSchema.optional() }),
        response: { 200: auditVerificationViewSchema },
      },
    },
    async ({ query: { from, to, anchor } }) => {
      requireOrder({ from, to });
      return catalog.audit.verify({ from, to, anchors: anchor === undefined ? [] : [anchor] });
    },
  );
};
