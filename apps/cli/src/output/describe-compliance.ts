import type { ComplianceView, FrameworkView } from '@cbcr/client';
import { formatCount, formatTime } from './format.ts';
import type { Text } from './text.ts';

/** The findings, each with its evidence and how to mend it, and what they come to. */
export function describeCompliance({ instances, counts, findings, left, checkedAt }: ComplianceView): Text {
  const { critical, major, minor, unproven } = counts;
  const exempt = instances.exempt === 0 ? '' : `; no framework is chosen for ${instances.exempt} more`;
  return [
    {
      none: 'no finding',
      head: ['severity', 'instance', 'framework', 'control', 'since', 'evidence', 'mend'],
      rows: findings.map(({ severity, instance, framework, control, since, evidence, mend }) => [
        ...[severity, instance, framework, control, formatTime(since), evidence, mend],
      ]),
    },
    ...(left === 0 ? [] : [`and ${left} more`]),
    '',
    `${formatCount(instances.held, 'instance')} checked at ${formatTime(checkedAt)}${exempt}`,
    `${critical} critical, ${major} major, ${minor} minor, ${unproven} unproven (the facts that would show it are not at hand)`,
  ];
}

/** Each framework with its controls. */
export function describeFrameworks(frameworks: readonly FrameworkView[]): Text {
  return [
    'Templates to start from: no legal advice, and no proof that a law is met.',
    ...frameworks.flatMap(({ name, modelledOn, about, chosenFor, controls }): Text[] => [
      '',
      `${name}  modelled on ${modelledOn}; ${describeChoice(chosenFor)}`,
      `  ${about}`,
      {
        head: ['control', 'severity', 'settings', 'about'],
        rows: controls.map((control) => [control.name, control.severity, describeSettings(control.settings), control.about]),
      },
    ]),
  ];
}

function describeChoice(chosenFor: FrameworkView['chosenFor']): string {
  if (chosenFor === null) return 'not chosen';
  return chosenFor.length === 0 ? 'chosen for every data class' : `chosen for ${chosenFor.join(', ')}`;
}

const describeSettings = (settings: Record<string, string>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ') || '–';
