import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const hold: DeletionCheck = {
  rule: 'hold',
  ask: ({ holds }) => (holds.length === 0 ? allow('no legal hold covers it') : deny(holds.map(({ text }) => text).join('; '))),
};
