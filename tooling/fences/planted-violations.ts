/** A violation that a fence must report: where it is planted, what it is, and a phrase of the report. */
export interface PlantedViolation {
  fence: string;
  path: string;
  text: string;
  report: RegExp;
}

const clock = /Only the Clock of @cbcr\/domain tells time/;
const waiting = /global variable setTimeout/;
const adapter = /Only an app's compose\.ts names an adapter/;
const tests = /Product code imports nothing of the tests/;
const environment = /process\.env|node:process/;
const pure = /domain and policy have no input and output/;
const region = /A region's name in code/;

/** Those that Biome must report, with its own rules or with the rules in tooling/fences. */
export const violationsForBiome: PlantedViolation[] = [
  {
    fence: 'adapters',
    path: 'packages/operations/src/a1.ts',
    text: `import { x } from '@cbcr/blobstore/adapters';\nx();\n`,
    report: adapter,
  },
  { fence: 'adapters', path: 'packages/operations/src/a2.ts', text: `export { x } from '@cbcr/engines/adapters';\n`, report: adapter },
  {
    fence: 'adapters',
    path: 'apps/worker/src/a3.ts',
    text: `export const load = () => import('@cbcr/blobstore/adapters');\n`,
    report: adapter,
  },
  {
    fence: 'adapters',
    path: 'apps/worker/src/main.ts',
    text: `import type { X } from '@cbcr/engines/adapters';\nexport type Y = X;\n`,
    report: adapter,
  },
  {
    fence: 'adapters in root',
    path: 'packages/blobstore/src/index.ts',
    text: `export { x } from './adapters/s3.ts';\n`,
    report: /root export is the port/,
  },
  { fence: 'test kit', path: 'packages/operations/src/t1.ts', text: `import { x } from '@cbcr/testkit';\nx();\n`, report: tests },
  { fence: 'test kit', path: 'apps/worker/src/t2.ts', text: `import { x } from '@cbcr/blobstore/contract';\nx();\n`, report: tests },
  {
    fence: 'test kit',
    path: 'packages/jobs/src/t3.ts',
    text: `import { test } from 'vitest';\ntest('x', () => undefined);\n`,
    report: tests,
  },
  { fence: 'clock', path: 'packages/jobs/src/c1.ts', text: `export const at = Date.now();\n`, report: clock },
  { fence: 'clock', path: 'packages/jobs/src/c2.ts', text: `export const at = new Date();\n`, report: clock },
  { fence: 'clock', path: 'packages/jobs/src/c3.test.ts', text: `export const at = Date.now;\n`, report: clock },
  { fence: 'clock', path: 'packages/jobs/src/c4.ts', text: `export const at = performance.now();\n`, report: clock },
  { fence: 'randomness', path: 'packages/policy/src/c5.ts', text: `export const dice = Math.random();\n`, report: clock },
  { fence: 'waiting', path: 'packages/jobs/src/w1.ts', text: `setTimeout(() => undefined, 5);\n`, report: waiting },
  { fence: 'waiting', path: 'packages/jobs/src/w2.ts', text: `setInterval(() => undefined, 5);\n`, report: /global variable setInterval/ },
  { fence: 'waiting', path: 'packages/jobs/src/w3.ts', text: `globalThis.setTimeout(() => undefined, 5);\n`, report: clock },
  {
    fence: 'waiting',
    path: 'packages/jobs/src/w4.ts',
    text: `import { setTimeout } from 'node:timers/promises';\nawait setTimeout(5);\n`,
    report: /Wait on the Clock/,
  },
  {
    fence: 'system clock',
    path: 'packages/jobs/src/s1.ts',
    text: `import { systemClock } from '@cbcr/domain';\nsystemClock.now();\n`,
    report: /Take a Clock as a parameter/,
  },
  {
    fence: 'deletion permits',
    path: 'packages/operations/src/d1.ts',
    text: `import { issueDeletionPermit } from '@cbcr/domain';\nissueDeletionPermit();\n`,
    report: /Only the deletion gate gives permits/,
  },
  { fence: 'environment', path: 'packages/jobs/src/e1.ts', text: `export const url = process.env.URL;\n`, report: environment },
  { fence: 'environment', path: 'apps/worker/src/compose.ts', text: `export const { URL: url } = process.env;\n`, report: environment },
  {
    fence: 'environment',
    path: 'packages/jobs/src/e3.ts',
    text: `import { env } from 'node:process';\nexport const url = env.URL;\n`,
    report: /Only packages\/config reads the environment/,
  },
  { fence: 'exit', path: 'apps/worker/src/x1.ts', text: `process.exit(1);\n`, report: /process\.exit/ },
  { fence: 'exit', path: 'apps/worker/src/x2.ts', text: `import { exit } from 'node:process';\nexit(1);\n`, report: /only main\.ts exits/ },
  { fence: 'pure', path: 'packages/policy/src/p1.ts', text: `import { readFileSync } from 'node:fs';\nreadFileSync('x');\n`, report: pure },
  { fence: 'pure', path: 'packages/domain/src/p2.ts', text: `export const get = () => fetch('http://x');\n`, report: pure },
  { fence: 'pure', path: 'packages/policy/src/p3.ts', text: `import { randomUUID } from 'node:crypto';\nrandomUUID();\n`, report: pure },
  { fence: 'region names', path: 'packages/jobs/src/r1.ts', text: `export const home = 'eu-north';\n`, report: region },
  { fence: 'region names', path: 'packages/jobs/src/r2.ts', text: 'export const home = `uk-london`;\n', report: region },
  { fence: 'region names', path: 'packages/jobs/src/r3.ts', text: `export type Home = 'us-east-1';\n`, report: region },
  { fence: 'region names', path: 'packages/jobs/src/r4.ts', text: `export const price = { 'eu-west': 1 };\n`, report: region },
  { fence: 'cycles', path: 'packages/jobs/src/y1.ts', text: `import { b } from './y2.ts';\nexport const a = () => b;\n`, report: /cycle/ },
  { fence: 'cycles', path: 'packages/jobs/src/y2.ts', text: `import { a } from './y1.ts';\nexport const b = () => a;\n`, report: /cycle/ },
  {
    fence: 'cycles of types',
    path: 'packages/jobs/src/z1.ts',
    text: `import type { B } from './z2.ts';\nexport type A = { b?: B };\n`,
    report: /cycle/,
  },
  {
    fence: 'cycles of types',
    path: 'packages/jobs/src/z2.ts',
    text: `import type { A } from './z1.ts';\nexport type B = { a?: A };\n`,
    report: /cycle/,
  },
  { fence: 'export *', path: 'packages/jobs/src/o1.ts', text: `export * from './fine.ts';\n`, report: /export all|re-export/i },
  {
    fence: 'undeclared dependency',
    path: 'packages/jobs/src/u1.ts',
    text: `import { pino } from 'pino';\npino();\n`,
    report: /pino isn't specified/,
  },
  {
    fence: 'dependency of tests',
    path: 'packages/jobs/src/u2.ts',
    text: `import { assert } from 'fast-check';\nassert();\n`,
    report: /fast-check isn't specified/,
  },
  { fence: 'any', path: 'packages/jobs/src/n1.ts', text: `export const x = (y: any) => y;\n`, report: /Unexpected any/ },
  {
    fence: 'skipped test',
    path: 'packages/jobs/src/n2.test.ts',
    text: `import { test } from 'vitest';\ntest.skip('x', () => undefined);\n`,
    report: /disable tests/,
  },
  {
    fence: 'exemption without a reason',
    path: 'packages/jobs/src/i1.ts',
    text: `// biome-ignore lint/plugin/region-names:\nexport const home = 'eu-north';\n`,
    report: /missing reason/,
  },
];

/** What the fences must let through: the places made for it, and exemptions with a reason. */
export const legitimateFiles: Record<string, string> = {
  'apps/cli/src/main.ts': `import { startStack } from '@cbcr/testkit';\n\nstartStack();\nprocess.exit(1);\n`,
  'apps/scheduler/src/compose.ts': `import { createS3BlobStore } from '@cbcr/blobstore/adapters';\nimport { systemClock } from '@cbcr/domain';\n\nexport const store = createS3BlobStore(systemClock);\n`,
  'packages/blobstore/src/contract/suite.ts': `import { test } from 'vitest';\n\ntest('x', () => undefined);\n`,
  'packages/config/src/environment.ts': `export const read = () => process.env.CBCR_URL;\n`,
  'packages/domain/src/clock.ts': `export const now = () => new Date(performance.now());\nexport const wait = (done: () => void) => setTimeout(done, 5);\n`,
  'packages/jobs/src/exempt.ts': `// biome-ignore lint/plugin/region-names: what the protocol calls no region\nexport const none = 'us-east-1';\n`,
  'packages/jobs/src/fine.ts': `export const at = new Date(5);\nexport const word = 'non-empty';\n`,
  'packages/jobs/src/fine.test.ts': `import { systemClock } from '@cbcr/domain';\nimport { startRedis } from '@cbcr/testkit';\n\nexport const home = [startRedis('eu-north'), systemClock];\n`,
  'packages/policy/src/deletion/judge-deletion.ts': `import { issueDeletionPermit } from '@cbcr/domain';\n\nexport const judge = () => issueDeletionPermit();\n`,
  'packages/jobs/src/chance.test.ts': `import { sample } from 'fast-check';\n\nexport const dice = sample();\n`,
  'packages/policy/src/hash.ts': `import { createHash } from 'node:crypto';\n\nexport const hash = (text: string) => createHash('sha256').update(text);\n`,
};
