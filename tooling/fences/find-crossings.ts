import { forTestsOnly, importDirections, onlyOutsideDependencies } from './import-directions.ts';

/** The parts of a package.json that the fences read. */
export interface PackageManifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const scope = '@cbcr/';
const insiders = (names: object = {}) =>
  Object.keys(names)
    .filter((name) => name.startsWith(scope))
    .map((name) => name.slice(scope.length));

/** Every dependency of the package that its place in the workspace does not allow, as a sentence each. */
export function findCrossings(manifest: PackageManifest): string[] {
  const name = manifest.name.slice(scope.length);
  const allowed = importDirections[name];
  if (!manifest.name.startsWith(scope) || allowed === undefined) {
    return [`${manifest.name} has no line in tooling/fences/import-directions.ts; add one that says what it may use.`];
  }
  const crossings: string[] = [];
  for (const used of insiders(manifest.dependencies)) {
    if (!allowed.includes(used))
      crossings.push(`${manifest.name} may not depend on ${scope}${used} (allowed: ${allowed.join(', ') || 'nothing'}).`);
  }
  for (const used of insiders(manifest.devDependencies)) {
    if (!allowed.includes(used) && !forTestsOnly.includes(used))
      crossings.push(`${manifest.name} may not use ${scope}${used}, not even in tests.`);
  }
  const outside = onlyOutsideDependencies[name];
  for (const used of Object.keys(manifest.dependencies ?? {})) {
    if (outside !== undefined && !used.startsWith(scope) && !outside.includes(used)) {
      crossings.push(
        `${manifest.name} may not depend on ${used}: it decides, and does nothing (allowed: ${outside.join(', ') || 'nothing'}).`,
      );
    }
  }
  return crossings;
}
