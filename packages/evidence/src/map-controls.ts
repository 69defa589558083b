import { type ControlEvidence, controlEvidence } from './control-evidence.ts';

interface Framework {
  name: string;
  modelledOn: string;
  about: string;
  /** Data classes that are held to it; null: it was not chosen; empty: every class. */
  chosenFor: readonly string[] | null;
  controls: readonly { name: string; about: string; severity: string }[];
}
interface Finding {
  framework: string;
  control: string;
  severity: string;
  instance: string;
}

/** One control of one chosen framework, with what answers it. */
interface MappedControl extends ControlEvidence {
  control: string;
  about: string;
  /** Of the compliance check that is in the pack. */
  findings: { violations: number; unproven: number; instances: string[] };
  /** How many events of the pack are of these actions. */
  events: number;
}

export interface MappedFramework {
  framework: string;
  modelledOn: string;
  about: string;
  dataClasses: readonly string[];
  controls: MappedControl[];
}

const nothing: ControlEvidence = { files: ['compliance.json'], actions: [], answer: 'the findings of the check' };

/** For each control of each chosen framework: which evidence answers it, and what the check found. `counts` are the events of the pack by action. */
export function mapControls(
  frameworks: readonly Framework[],
  findings: readonly Finding[],
  counts: ReadonlyMap<string, number>,
): MappedFramework[] {
  return frameworks.flatMap(({ name, modelledOn, about, chosenFor, controls }) => {
    if (chosenFor === null) return [];
    const mapped = controls.map((control) => {
      const own = findings.filter((finding) => finding.framework === name && finding.control === control.name);
      const unproven = own.filter(({ severity }) => severity === 'unproven').length;
      const evidence = controlEvidence[control.name] ?? nothing;
      return {
        control: control.name,
        about: control.about,
        ...evidence,
        findings: { violations: own.length - unproven, unproven, instances: [...new Set(own.map(({ instance }) => instance))] },
        events: evidence.actions.reduce((sum, action) => sum + (counts.get(action) ?? 0), 0),
      };
    });
    return [{ framework: name, modelledOn, about, dataClasses: chosenFor, controls: mapped }];
  });
}
