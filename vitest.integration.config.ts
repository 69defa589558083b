import { defineConfig } from 'vitest/config';

/**
 * Tests against real servers. Run from the workspace root; a path after the command narrows the run:
 * `pnpm test:integration packages/catalog`. The servers start once per run and are never skipped.
 */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['packages/**/*.integration.test.ts', 'apps/**/*.integration.test.ts'],
    exclude: ['**/node_modules/**'],
    environment: 'node',
    globalSetup: ['./packages/testkit/src/vitest-servers.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', ['json', { outputFile: '.results/integration.json' }]],
  },
});
