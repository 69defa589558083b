import { z } from 'zod';

export const reasonSchema = z.object({ rule: z.string(), text: z.string() });
export const dateTime = z.iso.datetime();
