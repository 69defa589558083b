import { CbcrError } from '@cbcr/domain';
import type { BlobStore } from '../blob-store.ts';
import { forwardTo } from './forward.ts';

/** A handle that cannot write: `put`, `delete` and `probe` (which writes) end in `store.read-only`. For dry runs and restores. */
export function withReadOnly(store: BlobStore): BlobStore {
  const refuse = async (operation: string): Promise<never> => {
    throw new CbcrError('store.read-only', { region: store.region, operation });
  };
  return {
    ...forwardTo(store),
    put: () => refuse('put'),
    delete: () => refuse('delete'),
    probe: () => refuse('probe'),
  };
}
