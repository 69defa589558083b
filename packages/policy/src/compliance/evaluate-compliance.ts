import type { ChosenFramework } from './choose-controls.ts';
import type { ControlFacts } from './control.ts';
import type { Finding } from './finding.ts';

/**
 * Asks every control of every framework that is chosen for the instance's data class. Only what exists and is verified counts. Findings come
 * in the order of the frameworks and their controls; the same facts give the same findings.
 */
export function evaluateCompliance(chosen: readonly ChosenFramework[], facts: ControlFacts): Finding[] {
  const { id, dataClass } = facts.instance;
  return chosen.flatMap(({ name: framework, dataClasses, controls }) => {
    if (dataClasses !== null && !dataClasses.includes(dataClass)) return [];
    return controls.flatMap(({ control, settings }) =>
      control.check(facts, settings).map(({ severity, region, points, sinceMs, notRead, evidence, mend }): Finding => {
        return {
          framework,
          control: control.name,
          severity: severity ?? settings.severity ?? control.severity,
          instance: id,
          region,
          points: points.map((point) => point.id),
          since: sinceMs === null ? null : new Date(sinceMs),
          ...(notRead && { notRead }),
          evidence,
          mend,
        };
      }),
    );
  });
}
