import { CbcrError } from '@cbcr/domain';
import { z } from 'zod';

export const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
/** `to` is not part of it. */
export const period = { from: moment.optional(), to: moment.optional() };

/** A period that ends before it begins has nothing in it, and nobody would learn why. `names` are those of its ends. Throws `api.request-invalid`. */
export function requireOrder(
  { from, to }: { from?: Date | undefined; to?: Date | undefined },
  names: readonly [string, string] = ['from', 'to'],
): void {
  if (from === undefined || to === undefined || from < to) return;
  throw new CbcrError('api.request-invalid', { cause: `${names[0]} must be before ${names[1]}` });
}
