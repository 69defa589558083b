import { z } from 'zod';
import { regionIdSchema } from '../ids.ts';

/** Which instances a policy is for. Every condition that is given must hold; a list holds when one of its entries does. */
export const selectorSchema = z
  .strictObject({
    engines: z.array(z.string().min(1)).min(1).optional(),
    dataClasses: z.array(z.string().min(1)).min(1).optional(),
    homes: z.array(regionIdSchema).min(1).optional(),
    /** Patterns for the names of instances, in which `*` stands for any characters, also none. */
    names: z
      .array(z.string().regex(/^[a-z0-9*-]+$/, 'a name in which * stands for any characters, such as shop-*'))
      .min(1)
      .optional(),
    /** Labels that an instance must have, all of them. */
    labels: z.record(z.string().min(1), z.string()).optional(),
  })
  .refine((selector) => Object.keys(selector).length > 0, 'at least one condition is needed; leave select out to apply by name only');
export type Selector = z.infer<typeof selectorSchema>;
