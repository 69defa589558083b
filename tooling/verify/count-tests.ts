import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** A set of tests that must not be empty, within a file of vitest's JSON results. */
export interface Suite {
  name: string;
  /** Path of the results, relative to the workspace's root. */
  results: string;
  /** Which test files belong to it, by path relative to the root; absent: all. */
  includes?: (file: string) => boolean;
}

export interface Tally {
  passed: number;
  failed: number;
  /** What each failure is, for people. */
  failures: string[];
}

interface TestFile {
  name: string;
  status: string;
  message?: string;
  assertionResults: { status: string; fullName: string }[];
}

/**
 * Counts one suite's tests. Whatever did not demonstrably pass has failed: a test that was skipped, a file that could not be
 * loaded, results that are missing or unreadable, a suite without tests.
 */
export function countTests(root: string, suite: Suite): Tally {
  const files = readTestFiles(root, suite.results);
  if (files === undefined) return failOnce(`${suite.name}: no results in ${suite.results}; the runner crashed or never ran`);
  const tally: Tally = { passed: 0, failed: 0, failures: [] };
  for (const file of files) {
    const path = relative(root, file.name);
    if (suite.includes !== undefined && !suite.includes(path)) continue;
    let failedInFile = 0;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') tally.passed += 1;
      else {
        failedInFile += 1;
        tally.failures.push(`${path}: ${test.fullName}${test.status === 'failed' ? '' : ` (${test.status})`}`);
      }
    }
    if (failedInFile === 0 && file.status !== 'passed') {
      failedInFile = 1;
      tally.failures.push(`${path}: ${firstLine(file.message) || 'could not be loaded'}`);
    }
    tally.failed += failedInFile;
  }
  return tally.passed + tally.failed > 0 ? tally : failOnce(`${suite.name}: not one test ran`);
}

export const failOnce = (failure: string): Tally => ({ passed: 0, failed: 1, failures: [failure] });

function readTestFiles(root: string, results: string): TestFile[] | undefined {
  try {
    return (JSON.parse(readFileSync(`${root}/${results}`, 'utf8')) as { testResults: TestFile[] }).testResults;
  } catch {
    return undefined;
  }
}

const firstLine = (text = '') => text.split('\n')[0] ?? '';
