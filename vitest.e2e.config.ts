import { defineConfig } from 'vitest/config';

/** The whole system as a user has it: child processes, real servers. One file at a time, since each starts a stack. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['tests/e2e/**/*.test.ts'],
    exclude: ['**/node_modules/**'],
    environment: 'node',
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ['verbose', ['json', { outputFile: '.results/e2e.json' }]],
  },
});
