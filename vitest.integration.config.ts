import { defineConfig } from 'vitest/config';

/**
 * Tests against real servers, contract suites among them. They run from the workspace's root and a path narrows the run:
 * `pnpm test:integration packages/catalog`. The servers start once per run; a missing one fails the run.
 *
 * `scripts/test --without-s3` sets CBCR_TEST_WITHOUT_S3: suites that need an S3 server have "s3" as a word of their file's
 * name (`s3.contract.integration.test.ts`) or of a folder's, and are left out by that.
 */
const withoutS3 = process.env.CBCR_TEST_WITHOUT_S3 === '1';

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['packages/**/*.integration.test.ts', 'apps/**/*.integration.test.ts'],
    exclude: ['**/node_modules/**', ...(withoutS3 ? ['**/s3/**', '**/s3[.-]*', '**/*[.-]s3[.-]*'] : [])],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['./packages/testkit/src/vitest-servers.ts'],
    // Generous: a hanging test is found all the same, and a busy machine is no defect.
    testTimeout: 180_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: '.results/integration.json' }]],
  },
});
