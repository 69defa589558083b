import { z } from 'zod';

/** One bandwidth limit. Rates are texts such as `20 MB/s`, `unlimited` and `paused`. */
export const limitViewSchema = z.object({
  /** `link:SOURCE->TARGET`, `egress:REGION`, `ingress:REGION` or `worker:WORKER`; `*` means each. */
  name: z.string(),
  /** What holds now, by the windows of the time of day. */
  rate: z.string(),
  /** Where it comes from; `none` for a name that is not limited. */
  source: z.enum(['override', 'config', 'none']),
  /** What cbcr.yaml says, and what was set at run time; `varies` goes by time-of-day windows. */
  configured: z.object({ rate: z.string(), varies: z.boolean() }).nullable(),
  override: z.object({ rate: z.string(), varies: z.boolean() }).nullable(),
  /** How many share it at this moment; null while the queue's Redis does not answer. */
  sharers: z.number().nullable(),
});
export type LimitView = z.infer<typeof limitViewSchema>;
