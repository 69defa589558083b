import { z } from 'zod';
import { runIdSchema } from '../ids.ts';

/**
 * The version that this code writes, and the newest that it reads. It rises with every change that an older reader would misunderstand,
 * also with a new optional field. Workers keep reading older versions, so they are upgraded before producers.
 */
export const jobPayloadVersion = 1;

/**
 * Chosen by the producer, unique among everything that it ever asks for: the same id always means the same run. Free of ':' because a
 * queue job is named after it.
 */
export const requestIdSchema = z
  .string()
  .max(128, 'at most 128 characters')
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/, 'letters, digits, dots, hyphens and underscores')
  .brand<'RequestId'>();
export type RequestId = z.infer<typeof requestIdSchema>;

/** The control plane wakes a worker for a run that the catalog knows. */
const wakeUpSchema = z.strictObject({ v: z.literal(jobPayloadVersion), runId: runIdSchema });

/** A producer asks for a run. What the request holds besides its kind is read by whoever decides about it. */
const requestSchema = z.strictObject({
  v: z.literal(jobPayloadVersion),
  requestId: requestIdSchema,
  request: z.looseObject({ kind: z.string() }),
});

/** What travels through Redis: a wake-up call or a request. Never a secret, never a decision. */
export const jobPayloadSchema = z.union([wakeUpSchema, requestSchema]);
export type JobPayload = z.infer<typeof jobPayloadSchema>;
export type RequestPayload = z.infer<typeof requestSchema>;

/** What the job of an accepted request leaves behind in Redis for its producer. */
export const requestAnswerSchema = z.object({ runId: runIdSchema });
export type RequestAnswer = z.infer<typeof requestAnswerSchema>;

/** The job of a request. Never the form of a run's id, which names the job that wakes a run. */
export const requestJobIdOf = (requestId: RequestId): string => `request-${requestId}`;
