import { addInstanceRequestSchema, instanceDetailViewSchema, instanceViewSchema } from '@cbcr/client';
import { CbcrError, instanceIdSchema, instanceSchema } from '@cbcr/domain';
import { z } from 'zod';
import { addInstance } from '../../add-instance.ts';
import { createInstanceReader, readInstanceFacts } from '../../read-instance.ts';
import { describeInstance, describeInstanceInDetail } from '../../views/instance-view.ts';
import { acceptConnection } from '../accept-connection.ts';
import { callerOf } from '../caller.ts';
import type { Route } from './route.ts';

export const instances: Route = (app, deps) => {
  const { catalog } = deps;

  app.get(
    '/instances',
    {
      schema: {
        summary: 'Protected instances; with retired=true also those from which nothing new is captured',
        querystring: z.strictObject({ retired: z.stringbool().optional() }),
        response: { 200: z.array(instanceViewSchema) },
      },
    },
    async ({ query: { retired = false } }) => {
      const read = createInstanceReader(deps);
      const all = await catalog.instances.list({ retired });
      return Promise.all(all.map(async ({ id }) => describeInstance(await readInstanceFacts(deps, id, read))));
    },
  );

  app.get(
    '/instances/:id',
    {
      schema: {
        summary: 'One instance: where its copies must live and why, and what is owed',
        params: z.strictObject({ id: instanceIdSchema }),
        response: { 200: instanceDetailViewSchema },
      },
    },
    async ({ params }) => describeInstanceInDetail(await readInstanceFacts(deps, params.id)),
  );

  app.post(
    '/instances',
    {
      schema: {
        summary: 'Protect an instance; the same instance again changes nothing',
        body: addInstanceRequestSchema,
        response: { 201: instanceDetailViewSchema },
      },
    },
    async (request, reply) => {
      const { body } = request;
      const engine = Object.hasOwn(deps.engines, body.engine) ? deps.engines[body.engine] : undefined;
      if (engine === undefined) {
        throw new CbcrError('engine.unknown', { engine: body.engine, known: Object.keys(deps.engines).join(', ') });
      }
      const connection = acceptConnection(deps, body.engine, body.connection);
      const instance = instanceSchema.parse({ ...body, connection });
      await addInstance(deps, instance, callerOf(request).name);
      return reply.status(201).send(describeInstanceInDetail(await readInstanceFacts(deps, body.id)));
    },
  );
};
