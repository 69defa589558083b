import { allow, type DeletionCheck, deny } from '../deletion-check.ts';

export const isIllegal: DeletionCheck = {
  rule: 'is-illegal',
  ask: ({ permission, region }) =>
    permission.allowed
      ? deny(`the data may be in ${region}: ${permission.reason.text}`)
      : allow(`the data may not be in ${region}: ${permission.reason.text}`),
};
