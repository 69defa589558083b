import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const dependents: DeletionCheck = {
  rule: 'dependents',
  ask: ({ dependents: waiting }) =>
    waiting.length === 0
      ? allow('no copy waits to be made from it')
      : deny(`the copies in ${waiting.join(', ')} can be made from it alone`),
};
