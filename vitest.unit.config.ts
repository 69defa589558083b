import { defineConfig } from 'vitest/config';

/** Unit tests of one package: beside the source, no servers. Run from the package's folder. */
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/*.integration.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', ['json', { outputFile: '.results/unit.json' }]],
  },
});
