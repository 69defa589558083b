import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const wasAskedFor: DeletionCheck = {
  rule: 'was-asked-for',
  ask({ request }) {
    if (request === null) return deny('nobody asked for it');
    if (request.reason.trim() === '') return deny(`${request.by} asked for it without a reason`);
    return allow(`${request.by} asked for it: ${request.reason}`);
  },
};
