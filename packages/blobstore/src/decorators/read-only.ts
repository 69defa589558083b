import { CbcrError } from '@cbcr/domain';
import type { BlobStore } from '../blob-store.ts';
import { forwardTo } from './forward.ts';

/** A handle that cannot write: `put`, `delete`, `openEraser` and `probe` (which writes) end in `store.read-only`. For dry runs and restores. */
export function withReadOnly(store: BlobStore): BlobStore {
  const refusal = (operation: string) => new CbcrError('store.read-only', { region: store.region, operation });
  const refuse = async (operation: string): Promise<never> => {
    throw refusal(operation);
  };
  return {
    ...forwardTo(store),
    put: () => refuse('put'),
    delete: () => refuse('delete'),
    openEraser: () => {
      throw refusal('erase');
    },
    probe: () => refuse('probe'),
  };
}
