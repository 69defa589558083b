import { type Duration, durationSchema } from '@cbcr/domain';
import { type Severity, severities } from './finding.ts';

/** What may be said of a control. A control names those that it understands; what is absent comes from the policy alone. */
export interface ControlSettings {
  severity?: Severity;
  copies?: number;
  distanceKm?: number;
  /** The greatest age that is allowed. */
  within?: Duration;
  /** How long to keep. */
  period?: Duration;
}
export type SettingName = keyof ControlSettings;

type Reading = { ok: true; settings: ControlSettings } | { ok: false; expected: string };
type RawValue = string | number | boolean;

const refuse = (expected: string): Reading => ({ ok: false, expected });
const accept = (settings: ControlSettings): Reading => ({ ok: true, settings });

function readDuration(value: RawValue, take: (duration: Duration) => ControlSettings): Reading {
  const read = durationSchema.safeParse(value);
  return read.success ? accept(take(read.data)) : refuse('a length of time, such as 35d');
}

const readers: { readonly [Name in SettingName]: (value: RawValue) => Reading } = {
  severity: (value) => {
    const severity = severities.find((known) => known === value);
    return severity === undefined || severity === 'unproven' ? refuse('critical, major or minor') : accept({ severity });
  },
  copies: (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 32
      ? accept({ copies: value })
      : refuse('a whole number from 1 to 32'),
  distanceKm: (value) =>
    typeof value === 'number' && value > 0 && value <= 20_040
      ? accept({ distanceKm: value })
      : refuse('a number of kilometres, at most 20040'),
  within: (value) => readDuration(value, (within) => ({ within })),
  period: (value) => readDuration(value, (period) => ({ period })),
};

/** The settings of a control as somebody wrote them, and what is wrong with them. */
export function readSettings(
  known: readonly SettingName[],
  written: Readonly<Record<string, RawValue>>,
): { settings: ControlSettings; problems: { setting: string; problem: string }[] } {
  const settings: ControlSettings = {};
  const problems: { setting: string; problem: string }[] = [];
  for (const [setting, value] of Object.entries(written)) {
    const name = ['severity' as const, ...known].find((candidate) => candidate === setting);
    if (name === undefined) {
      problems.push({ setting, problem: `is not a setting of this control; it knows ${['severity', ...known].join(', ')}` });
      continue;
    }
    const reading = readers[name](value);
    if (reading.ok) Object.assign(settings, reading.settings);
    else problems.push({ setting, problem: `must be ${reading.expected}` });
  }
  return { settings, problems };
}
