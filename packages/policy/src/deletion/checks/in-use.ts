import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const inUse: DeletionCheck = {
  rule: 'in-use',
  ask: ({ users }) =>
    users.length === 0 ? allow('no run reads it') : deny(`it is in use by ${users.map(({ kind, id }) => `${kind} ${id}`).join(', ')}`),
};
