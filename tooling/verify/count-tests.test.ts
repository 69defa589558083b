import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countTests } from './count-tests.ts';

let root: string;
const results = '.results/unit.json';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cbcr-count-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function writeResults(files: Record<string, { status?: string; message?: string; tests: string[] }>): void {
  const testResults = Object.entries(files).map(([name, { status, message, tests }]) => ({
    name: join(root, name),
    status: status ?? (tests.every((test) => test === 'passed') ? 'passed' : 'failed'),
    message: message ?? '',
    assertionResults: tests.map((test, index) => ({ status: test, fullName: `test ${index}` })),
  }));
  mkdirSync(dirname(join(root, results)), { recursive: true });
  writeFileSync(join(root, results), JSON.stringify({ testResults }));
}

test('tests are counted over all files', () => {
  writeResults({ 'a.test.ts': { tests: ['passed', 'passed'] }, 'b.test.ts': { tests: ['passed', 'failed'] } });
  expect(countTests(root, { name: 'a', results })).toEqual({ passed: 3, failed: 1, failures: ['b.test.ts: test 1'] });
});

test.each(['skipped', 'pending', 'todo', 'disabled'])('a test that is %s has not passed', (status) => {
  writeResults({ 'a.test.ts': { status: 'passed', tests: ['passed', status] } });
  expect(countTests(root, { name: 'a', results })).toMatchObject({ passed: 1, failed: 1 });
});

test('a file that could not be loaded is a failure', () => {
  writeResults({ 'a.test.ts': { tests: ['passed'] }, 'b.test.ts': { status: 'failed', message: 'SyntaxError: x\n  at y', tests: [] } });
  expect(countTests(root, { name: 'a', results })).toEqual({ passed: 1, failed: 1, failures: ['b.test.ts: SyntaxError: x'] });
});

test('missing and truncated results are a failure', () => {
  expect(countTests(root, { name: 'a', results })).toMatchObject({ passed: 0, failed: 1 });
  writeResults({ 'a.test.ts': { tests: ['passed'] } });
  writeFileSync(join(root, results), '{"testResults": [');
  expect(countTests(root, { name: 'a', results })).toMatchObject({ passed: 0, failed: 1 });
});

test('a suite without tests is a failure, also when the same results hold another suite', () => {
  writeResults({ 'a/contract/b.test.ts': { tests: ['passed'] } });
  expect(countTests(root, { name: 'contract', results, includes: (file) => file.includes('contract') })).toMatchObject({
    passed: 1,
    failed: 0,
  });
  expect(countTests(root, { name: 'other', results, includes: (file) => !file.includes('contract') })).toMatchObject({
    passed: 0,
    failed: 1,
  });
});
