import { type Control, cannotShow } from '../control.ts';

export const holdIntegrity: Control = {
  name: 'hold-integrity',
  about: 'legal holds cover every copy, in every region',
  severity: 'critical',
  settings: [],
  check: () => [
    cannotShow(
      'this control does not look at legal holds yet',
      'see what each hold covers, and where the stores enforce it: cbcr holds check',
    ),
  ],
};
