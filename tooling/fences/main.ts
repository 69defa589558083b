import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBareSuppressions } from './find-bare-suppressions.ts';
import { findCrossings, type PackageManifest } from './find-crossings.ts';

// The workspace to look at: this one, or the one that a test names.
const root = process.argv[2] ?? join(import.meta.dirname, '../..');
const find = (pattern: string) => globSync(pattern, { cwd: root, exclude: ['**/node_modules'] }).sort();
const read = (path: string) => readFileSync(join(root, path), 'utf8');

const manifests = find('{packages/*,apps/*,tests/*,tooling}/package.json');
const sources = find('{packages,apps,tests,tooling}/**/*.ts').filter((path) => !path.startsWith('tooling/fences/'));
const problems = [
  ...manifests.flatMap((path) => findCrossings(JSON.parse(read(path)) as PackageManifest)),
  ...sources.flatMap((path) => findBareSuppressions(path, read(path))),
];

for (const problem of problems) console.error(problem);
console.log(`${manifests.length} packages and ${sources.length} files: ${problems.length} crossings of a fence`);
process.exitCode = problems.length > 0 || manifests.length === 0 || sources.length === 0 ? 1 : 0;
