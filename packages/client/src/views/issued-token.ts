import { z } from 'zod';

/** A temporary token. It is shown once and stored nowhere. */
export const issuedTokenViewSchema = z.object({ name: z.string(), token: z.string(), expires: z.iso.datetime() });
export type IssuedTokenView = z.infer<typeof issuedTokenViewSchema>;
