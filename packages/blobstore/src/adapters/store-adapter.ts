import { CbcrError, type Clock, type RegionId } from '@cbcr/domain';
import type { z } from 'zod';
import type { BlobStore } from '../blob-store.ts';
import type { BlobLocker } from '../lock/blob-locker.ts';

/** Turns a reference (`env:NAME`, `file:PATH`) into the secret. Fails with `secret.unresolvable`. */
export type ResolveSecret = (reference: string) => string | Promise<string>;

export interface StoreContext {
  region: RegionId;
  resolveSecret: ResolveSecret;
  clock: Clock;
}

/** One kind of store. `optionsSchema` describes the `store:` block of a region in cbcr.yaml without its `kind`. */
export interface StoreAdapter {
  readonly kind: string;
  readonly optionsSchema: z.ZodObject;
  /**
   * Opens the store without touching the network or the disk, so that a worker starts while its region is away.
   * `store.options-invalid` when the options do not satisfy the schema, `secret.unresolvable` when a secret is not there.
   */
  create(context: StoreContext & { options: unknown }): Promise<BlobStore>;
  /** As `create`, for the holds and locks of the store. */
  createLocker(context: StoreContext & { options: unknown }): Promise<BlobLocker>;
}

/** Declares an adapter; `open` gets options that the schema has accepted. */
export function defineStoreAdapter<Schema extends z.ZodObject>(definition: {
  kind: string;
  optionsSchema: Schema;
  open(options: z.output<Schema>, context: StoreContext): Promise<BlobStore>;
  openLocker(options: z.output<Schema>, context: StoreContext): Promise<BlobLocker>;
}): StoreAdapter {
  const accept = (options: unknown, { region }: StoreContext): z.output<Schema> => {
    const parsed = definition.optionsSchema.safeParse(options);
    if (parsed.success) return parsed.data;
    const cause = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'options'}: ${issue.message}`).join('; ');
    throw new CbcrError('store.options-invalid', { region, cause });
  };
  return {
    kind: definition.kind,
    optionsSchema: definition.optionsSchema,
    create: async ({ options, ...context }) => definition.open(accept(options, context), context),
    createLocker: async ({ options, ...context }) => definition.openLocker(accept(options, context), context),
  };
}
