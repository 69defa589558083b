import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Suite } from './count-tests.ts';

export const root = join(import.meta.dirname, '../..');

/** One thing that must be green: a command, what to do when it is not, and for tests where their results are. */
export interface Step {
  name: string;
  command: string[];
  /** The command that repairs a failure, or the one that shows it alone. */
  fix: string;
  timeoutMs: number;
  /** Absent: the step counts as one test. Present: each test in these results counts. */
  suites?: Suite[];
}

const seconds = (count: number) => count * 1000;
const minutes = (count: number) => seconds(count * 60);

/** Everything that needs no server. The lint step includes the fences that are Biome rules (tooling/fences/*.grit). */
export const checkSteps: Step[] = [
  { name: 'format', command: ['biome', 'format', '--reporter=summary'], fix: 'pnpm fix', timeoutMs: minutes(1) },
  {
    name: 'lint',
    command: ['biome', 'check', '--formatter-enabled=false', '--max-diagnostics=100'],
    fix: 'pnpm fix',
    timeoutMs: minutes(2),
  },
  { name: 'lint with types', command: ['oxlint', '--type-aware'], fix: 'pnpm lint:types', timeoutMs: minutes(2) },
  { name: 'boundaries', command: ['turbo', 'boundaries'], fix: 'pnpm exec turbo boundaries', timeoutMs: minutes(2) },
  { name: 'import directions', command: ['node', 'tooling/fences/main.ts'], fix: 'pnpm fences', timeoutMs: minutes(1) },
  {
    name: 'types',
    command: ['turbo', 'run', 'typecheck', 'typecheck:root', '--continue', '--output-logs=errors-only', '--ui=stream'],
    fix: 'pnpm typecheck',
    timeoutMs: minutes(5),
  },
  { name: 'dead code', command: ['knip'], fix: 'pnpm exec knip --fix', timeoutMs: minutes(2) },
  { name: 'workspace', command: ['sherif', '--fail-on-warnings'], fix: 'pnpm fix', timeoutMs: minutes(1) },
];

const integrationResults = '.results/integration.json';
/** Contract suites have the word in their file's name: `s3-contract.integration.test.ts`. */
const isContract = (file: string) => /\bcontract\b/.test(file);

export function testSteps(): Step[] {
  return [
    {
      name: 'unit',
      command: ['turbo', 'run', 'test', '--continue', '--concurrency=2', '--output-logs=errors-only', '--ui=stream'],
      fix: 'pnpm test:unit',
      timeoutMs: minutes(25),
      suites: unitTestedPackages().map((path) => ({ name: path, results: `${path}/.results/unit.json` })),
    },
    {
      name: 'contract and integration',
      command: ['vitest', 'run', '--config', 'vitest.integration.config.ts'],
      fix: 'pnpm test:integration',
      timeoutMs: minutes(25),
      suites: [
        { name: 'contract', results: integrationResults, includes: isContract },
        { name: 'integration', results: integrationResults, includes: (file) => !isContract(file) },
      ],
    },
    {
      name: 'e2e',
      command: ['vitest', 'run', '--config', 'vitest.e2e.config.ts'],
      fix: 'pnpm test:e2e',
      timeoutMs: minutes(25),
      suites: [{ name: 'e2e', results: '.results/e2e.json' }],
    },
  ];
}

/** Results of an earlier run must not be taken for this one's. turbo puts back those that it has cached. */
export function removeOldResults(): void {
  for (const path of globSync('{.,packages/*,apps/*,tests/*,tooling}/.results', { cwd: root }))
    rmSync(join(root, path), { recursive: true });
}

/** A package has unit tests if it has the script "test", and then it must have at least one. */
function unitTestedPackages(): string[] {
  return globSync('{packages/*,apps/*,tests/*,tooling}', { cwd: root })
    .filter((path) => existsSync(join(root, path, 'package.json')))
    .filter((path) => 'test' in (JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')).scripts ?? {}))
    .sort();
}
