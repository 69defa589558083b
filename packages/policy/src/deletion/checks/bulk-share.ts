import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const bulkShare: DeletionCheck = {
  rule: 'bulk-share',
  ask: ({ bulk }) => (bulk === null ? allow('no unusual share goes at once') : deny(bulk.text)),
};
