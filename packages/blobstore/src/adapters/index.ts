/**
 * The kinds of store that a region can have, in one list. A new kind is one folder and one line here, and must pass the contract suite.
 *
 * Only an application's composition names this entry: everything else works with the `BlobStore` port and asks capabilities.
 */
import { CbcrError, type StoreSpec } from '@cbcr/domain';
import type { BlobStore } from '../blob-store.ts';
import type { BlobLocker } from '../lock/blob-locker.ts';
import { filesystemAdapter } from './filesystem/adapter.ts';
import { s3Adapter } from './s3/adapter.ts';
import type { StoreAdapter, StoreContext } from './store-adapter.ts';

export type { ResolveSecret, StoreAdapter, StoreContext } from './store-adapter.ts';

export const storeAdapters: Readonly<Record<string, StoreAdapter>> = Object.fromEntries(
  [filesystemAdapter, s3Adapter].map((adapter) => [adapter.kind, adapter]),
);

/** Opens the store of a region from its `store:` block, bare: `composeStore` adds retries and the rest. `store.options-invalid` for an unknown kind. */
export async function createStore({ kind, ...options }: StoreSpec, context: StoreContext): Promise<BlobStore> {
  return await adapterOf(kind, context).create({ ...context, options });
}

/** As {@link createStore}, for the holds and locks of the store. */
export async function createLocker({ kind, ...options }: StoreSpec, context: StoreContext): Promise<BlobLocker> {
  return await adapterOf(kind, context).createLocker({ ...context, options });
}

function adapterOf(kind: string, { region }: StoreContext): StoreAdapter {
  const adapter = Object.hasOwn(storeAdapters, kind) ? storeAdapters[kind] : undefined;
  if (adapter !== undefined) return adapter;
  const kinds = Object.keys(storeAdapters).join(', ');
  throw new CbcrError('store.options-invalid', { region, cause: `kind: ${kind} is not one of ${kinds}` });
}

/** For the check of cbcr.yaml: what the `store:` block of each kind may hold beside its `kind`. */
export const storeOptionsSchemas: Readonly<Record<string, StoreAdapter['optionsSchema']>> = Object.fromEntries(
  Object.values(storeAdapters).map(({ kind, optionsSchema }) => [kind, optionsSchema]),
);
