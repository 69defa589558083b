import { expect, test } from 'vitest';
import { chooseControls } from './choose-controls.ts';
import { controls } from './controls.ts';
import { frameworkTemplates } from './frameworks.ts';

test.each(frameworkTemplates)(
  'the template $name names controls that exist with settings that they understand',
  ({ name, controls: named }) => {
    const { chosen, problems } = chooseControls({ frameworks: [{ name }] });
    expect(problems).toEqual([]);
    expect(chosen[0]?.controls.map(({ control }) => control.name).toSorted()).toEqual(Object.keys(named).toSorted());
  },
);

test('a choice changes a template setting by setting, leaves controls out, and adds others', () => {
  const { chosen, problems } = chooseControls({
    frameworks: [{ name: 'card-data', controls: { 'minimum-copies': { copies: 3, severity: 'minor' }, 'drill-age': false, lock: {} } }],
  });
  expect(problems).toEqual([]);
  const settings = new Map(chosen[0]?.controls.map(({ control, settings }) => [control.name, settings]));
  expect(settings.get('minimum-copies')).toEqual({ copies: 3, severity: 'minor' });
  expect(settings.get('rpo-age')).toEqual({ within: { text: '24h', ms: 86_400_000 } });
  expect(settings.has('drill-age')).toBe(false);
  expect(settings.has('lock')).toBe(true);
});

test('everything that is wrong is said at once, each with its place and what would be right', () => {
  const { problems } = chooseControls({
    frameworks: [
      { name: 'nonesuch' },
      {
        name: 'own',
        controls: { locks: {}, 'minimum-copies': { copies: 0, within: '3d' }, 'rpo-age': { within: 'soon', severity: 'grave' } },
      },
    ],
  });
  expect(problems.map(({ path, message }) => [path.join('.'), message])).toEqual([
    ['frameworks.0.name', expect.stringContaining('personal-data')],
    ['frameworks.1.controls.locks', expect.stringContaining(controls[0]?.name ?? '')],
    ['frameworks.1.controls.minimum-copies.copies', 'copies must be a whole number from 1 to 32'],
    ['frameworks.1.controls.minimum-copies.within', 'within is not a setting of this control; it knows severity, copies'],
    ['frameworks.1.controls.rpo-age.within', 'within must be a length of time, such as 35d'],
    ['frameworks.1.controls.rpo-age.severity', 'severity must be critical, major or minor'],
  ]);
});
