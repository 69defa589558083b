import { runIdSchema } from '@cbcr/domain';
import { z } from 'zod';

/** What travels through Redis: a wake-up call, nothing else. Never a secret, never a decision. */
export const jobPayloadSchema = z.strictObject({ v: z.literal(1), runId: runIdSchema });
export type JobPayload = z.infer<typeof jobPayloadSchema>;
