import type { Catalog } from '@cbcr/catalog';
import type { Clock } from '@cbcr/domain';
import type { JobKindName, Queues } from '@cbcr/jobs';
import type { TransferTuning } from '@cbcr/operations';
import type { LimitBook } from '@cbcr/throttle';
import type { FastifyBaseLogger, FastifyInstance, RawReplyDefaultExpression, RawRequestDefaultExpression, RawServerDefault } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ConfigApplier } from '../../apply-config.ts';
import type { HealthMemory } from '../../health-memory.ts';
import type { TemporaryTokens } from '../temporary-tokens.ts';

export interface ApiDependencies {
  catalog: Catalog;
  queues: Queues<JobKindName>;
  clock: Clock;
  tuning: TransferTuning;
  health: HealthMemory;
  /** Engines by name, with the check of their connection strings. */
  engines: Readonly<Record<string, { connectionSchema: { safeParse(value: string): { success: boolean } } }>>;
  /** Encrypts a connection, so that only workers can read it. */
  seal(plaintext: string): string;
  config: ConfigApplier;
  limitBook: LimitBook;
  temporaryTokens: Pick<TemporaryTokens, 'issue'>;
}

type ApiServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** A noun of the API: one file, one line in the list. Paths are relative to `/v1`. */
export type Route = (app: ApiServer, deps: ApiDependencies) => void;
