import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const isGarbage: DeletionCheck = {
  rule: 'is-garbage',
  ask({ garbage }) {
    if (garbage === null) return deny('nobody asked whether anything refers to it');
    return garbage.keep === 'everything' ? deny(garbage.reason.text) : allow(garbage.reason.text);
  },
};
