import { type Control, cannotShow } from '../control.ts';

export const drillAge: Control = {
  name: 'drill-age',
  about: 'a restore was rehearsed not too long ago',
  severity: 'major',
  settings: ['within'],
  check: () => [cannotShow('restore drills are not recorded yet', 'rehearse a restore into an empty database and keep a record of it')],
};
