import type { ComplianceChoice } from '@cbcr/domain';
import type { Control } from './control.ts';
import { controls } from './controls.ts';
import { frameworkTemplates } from './frameworks.ts';
import { type ControlSettings, readSettings } from './settings.ts';

/** A framework as it was chosen: a template with its changes, or one of the administrator's own. */
export interface ChosenFramework {
  name: string;
  /** Null: every data class. */
  dataClasses: readonly string[] | null;
  controls: readonly { control: Control; settings: ControlSettings }[];
}

/** Where something is wrong, as a path inside `compliance`, and the way out. */
export interface ComplianceProblem {
  path: (string | number)[];
  message: string;
}

/** The frameworks that are chosen, with the settings of each control, and all that is wrong with the choice. */
export function chooseControls({ frameworks }: ComplianceChoice): { chosen: ChosenFramework[]; problems: ComplianceProblem[] } {
  const problems: ComplianceProblem[] = [];
  const chosen = frameworks.map((framework, index): ChosenFramework => {
    const template = frameworkTemplates.find(({ name }) => name === framework.name);
    const own = framework.controls ?? {};
    const path = ['frameworks', index];
    if (template === undefined && Object.keys(own).length === 0) {
      const known = frameworkTemplates.map(({ name }) => name).join(', ');
      problems.push({
        path: [...path, 'name'],
        message: `${framework.name} is not a template (${known}) and names no controls of its own`,
      });
    }
    for (const name of Object.keys(own)) {
      if (controls.some((control) => control.name === name)) continue;
      const known = controls.map((control) => control.name).join(', ');
      problems.push({ path: [...path, 'controls', name], message: `${name} is not a control; there are ${known}` });
    }
    return {
      name: framework.name,
      dataClasses: framework.dataClasses ?? null,
      controls: controls.flatMap((control) => {
        const preset = template?.controls[control.name];
        const change = own[control.name];
        if (change === false || (change === undefined && preset === undefined)) return [];
        const read = readSettings(control.settings, { ...preset, ...change });
        for (const { setting, problem } of read.problems) {
          problems.push({ path: [...path, 'controls', control.name, setting], message: `${setting} ${problem}` });
        }
        return [{ control, settings: read.settings }];
      }),
    };
  });
  return { chosen, problems };
}
