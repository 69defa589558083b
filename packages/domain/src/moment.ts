import { z } from 'zod';

const written = z.union([z.iso.date(), z.iso.datetime({ offset: true })], 'a day or a moment, such as 2027-06-30 or 2027-06-30T12:00:00Z');
const toText = (value: unknown) => (value instanceof Date ? value.toISOString() : value);

/** A day means its first moment in UTC. A moment that was read before is read again, so that what was stored can be parsed. */
export const momentSchema = z.preprocess(
  toText,
  written.transform((text) => new Date(text)),
);

/** As {@link momentSchema}, for the end of a span that includes it: a day means its last millisecond in UTC. */
export const lastMomentSchema = z.preprocess(
  toText,
  written.transform((text) => new Date(text.length === 'YYYY-MM-DD'.length ? `${text}T23:59:59.999Z` : text)),
);
