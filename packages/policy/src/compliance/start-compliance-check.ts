import type { HeldPoint } from '@cbcr/domain';
import { groupPoints } from '../holdings/group-points.ts';
import { decide } from '../situation/decide.ts';
import type { PlannedInstance, Situation } from '../situation/situation.ts';
import { chooseControls } from './choose-controls.ts';
import type { KnownProtection } from './control.ts';
import { evaluateCompliance } from './evaluate-compliance.ts';
import { complianceFactsOf } from './facts-of.ts';
import type { Finding } from './finding.ts';

interface InstanceCompliance {
  /** The frameworks that the instance is held to. */
  frameworks: string[];
  findings: Finding[];
}

/** Compliance in a situation: a function that is asked for one instance after another. `framework` leaves the others out. */
export function startComplianceCheck(
  situation: Situation,
  { framework }: { framework?: string | undefined } = {},
): (instance: PlannedInstance, points: readonly HeldPoint[], protection: KnownProtection) => InstanceCompliance {
  const { chosen } = chooseControls(situation.rulebook.compliance);
  const asked = framework === undefined ? chosen : chosen.filter(({ name }) => name === framework);
  return (instance, points, protection) => ({
    frameworks: asked.filter(({ dataClasses }) => dataClasses === null || dataClasses.includes(instance.dataClass)).map(({ name }) => name),
    findings: evaluateCompliance(asked, complianceFactsOf(situation, decide(situation, instance), groupPoints(points), protection)),
  });
}
