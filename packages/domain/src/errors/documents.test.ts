import { globSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type ErrorCode, errorCatalogue } from './catalogue/index.ts';
import { renderErrors } from './render-errors.ts';
import { runbookOf } from './runbook.ts';

const root = new URL('../../../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const codes = Object.keys(errorCatalogue) as ErrorCode[];

/** The sections of a runbook by their headings, which are codes. */
function sectionsOf(text: string): Map<string, string> {
  const [, ...sections] = text.split(/^## /m);
  return new Map(sections.map((section) => [section.split('\n', 1)[0] ?? '', section]));
}
const areas = readdirSync(new URL('docs/runbooks/', root)).filter((name) => name !== 'README.md');
const runbooks = new Map(areas.map((name) => [`docs/runbooks/${name}`, sectionsOf(read(`docs/runbooks/${name}`))]));

test('docs/errors.md is what the catalogue says; `pnpm --filter @cbcr/domain generate` writes it', () => {
  expect(read('docs/errors.md')).toBe(renderErrors());
});

test.each(codes)('%s has a runbook: what it means, how to see it, what to do, what not to do', (code) => {
  const { file, heading } = runbookOf(code);
  const section = runbooks.get(file)?.get(heading);
  expect(section, `## ${heading} in ${file}`).toBeDefined();
  for (const part of ['**Means**', '**See it**', '**Do**', '**Do not**'])
    expect(section).toMatch(new RegExp(`^- ${part.replaceAll('*', '\\*')} .{4,}`, 'm'));
});

test('every runbook is about an error that exists, in the file of its area, in the order of the alphabet', () => {
  for (const [file, sections] of runbooks) {
    const headings = [...sections.keys()];
    expect(headings).toEqual(codes.filter((code) => runbookOf(code).file === file).toSorted());
  }
});

test('the index of the runbooks names every area', () => {
  const index = read('docs/runbooks/README.md');
  for (const name of areas) expect(index).toContain(`](${name})`);
});

test('every error is met by a test, outside of the catalogue', () => {
  const cwd = fileURLToPath(root);
  const beside = ['{packages,apps}/*/{src,test}/**/*.ts', 'tests/e2e/*.ts'];
  const files = globSync(beside, { cwd, exclude: ['**/node_modules', 'packages/domain/src/errors/**'] });
  const tests = files.filter((file) => /\.test\.ts$|\/(test|contract|e2e)\//.test(file)).map((file) => read(file));
  expect(tests.length).toBeGreaterThan(300);
  expect(codes.filter((code) => !tests.some((text) => text.includes(code)))).toEqual([]);
});
