import { toCbcrError } from '@cbcr/domain';
import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { jsonSchemaTransform, serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { createTokenCheck, refuseForeignOrigin } from './auth.ts';
import { boardPath, type QueueBoard } from './bull-board.ts';
import { rememberCaller } from './caller.ts';
import { answerErrors, answerUnrouted, answerWith } from './error-answers.ts';
import { describeHealth, type HealthChecks } from './health.ts';
import { routes } from './routes/index.ts';
import type { ApiDependencies } from './routes/route.ts';
import { createTemporaryTokens } from './temporary-tokens.ts';

export interface HttpServerOptions {
  token: string;
  version: string;
  logger: FastifyBaseLogger;
  board: QueueBoard;
  health: HealthChecks;
  api: Omit<ApiDependencies, 'temporaryTokens'>;
  /** Prometheus text. */
  metrics(): Promise<string>;
}

/**
 * `/healthz`, `/readyz` and `/openapi.json` are open; `/v1`, `/metrics` and Bull Board want the token. Requests and responses are validated
 * with the schemas of `@cbcr/client`, so that a response can never carry a field that the contract does not name.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 2 * 1024 * 1024,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: answerUnrouted,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerErrors(app);
  await app.register(swagger, {
    openapi: {
      info: { title: 'CBCR', version: options.version, description: 'Continuous Backup, Continuous Restore: the API of the scheduler.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: jsonSchemaTransform,
  });

  describeHealth(app, options.health);
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());

  const temporaryTokens = createTemporaryTokens(options.token);
  const checkToken = createTokenCheck({ token: options.token, clock: options.api.clock }, temporaryTokens);
  await app.register(async (guarded) => {
    guarded.addHook('onRequest', async (request, reply) => {
      try {
        rememberCaller(request, await checkToken(request));
        refuseForeignOrigin(request);
      } catch (error) {
        // Not thrown: Bull Board has an error handler of its own, whose answer would not make a browser ask for the token.
        return answerWith(reply, toCbcrError(error));
      }
    });
    guarded.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
      reply.type('text/plain; version=0.0.4; charset=utf-8');
      return options.metrics();
    });
    await guarded.register(options.board.plugin, { prefix: boardPath });
    await guarded.register(
      async (api) => {
        for (const route of routes) route(api.withTypeProvider<ZodTypeProvider>(), { ...options.api, temporaryTokens });
      },
      { prefix: '/v1' },
    );
  });
  return app;
}
