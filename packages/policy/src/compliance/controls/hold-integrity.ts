import { type Control, cannotShow } from '../control.ts';

export const holdIntegrity: Control = {
  name: 'hold-integrity',
  about: 'legal holds cover every copy, in every region',
  severity: 'critical',
  settings: [],
  check: () => [
    cannotShow(
      'legal holds are not recorded yet',
      'nothing expires points by itself today; place holds with the tools of the stores until then',
    ),
  ],
};
