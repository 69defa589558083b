import { findSimilar } from '../../did-you-mean.ts';
import type { Path } from '../../problem.ts';
import type { Config } from '../config.ts';
import type { Check } from './check.ts';

/** Nobody declares data classes. One that is misspelt, there or here, falls out of its residency without a sound. */
export const checkDataClasses: Check = ({ sections: { instances, residency }, config, notes }) => {
  // A file without instances leaves them to commands.
  if (instances.names.length > 0 && instances.valid.length === instances.names.length) {
    const used = [...new Set(config.instances.map(({ dataClass }) => dataClass))].sort();
    for (const { name, path } of listDataClasses(config)) {
      if (used.includes(name)) continue;
      const similar = findSimilar(name, used);
      const otherwise = 'That is right when its instances are registered by command; otherwise correct it.';
      notes.add(
        path,
        `no instance of this file is of the data class ${name}`,
        similar === undefined ? otherwise : `Did you mean ${similar}?`,
      );
    }
  }
  if (residency.valid.length < residency.names.length) return;
  const confined = [...new Set(config.residency.flatMap(({ dataClasses }) => dataClasses))].sort();
  for (const { id, dataClass } of config.instances) {
    const similar = confined.includes(dataClass) ? undefined : findSimilar(dataClass, confined);
    if (similar === undefined) continue;
    const message = `no residency policy names the data class ${dataClass}, so none says where its data may be`;
    notes.add(['instances', id, 'dataClass'], message, `Did you mean ${similar}?`);
  }
};

/** Selectors of policies are checked as a whole. */
const listDataClasses = ({ residency, exceptions, compliance }: Config): { name: string; path: Path }[] => [
  ...residency.flatMap(({ id, dataClasses }) => listed(dataClasses, ['residency', id])),
  ...exceptions.flatMap(({ id, dataClasses }) => listed(dataClasses, ['exceptions', id])),
  ...compliance.frameworks.flatMap(({ dataClasses }, index) => listed(dataClasses, ['compliance', 'frameworks', index])),
];

const listed = (names: readonly string[] | undefined, path: Path) =>
  (names ?? []).map((name, index) => ({ name, path: [...path, 'dataClasses', index] }));
