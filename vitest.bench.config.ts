import { defineConfig } from 'vitest/config';

/** Benchmarks of parts, for people to read: `pnpm bench:micro [path]`. They check nothing. The whole system is measured by `pnpm bench`. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    benchmark: { include: ['packages/**/*.bench.ts', 'apps/**/*.bench.ts'] },
    environment: 'node',
    testTimeout: 300_000,
    fileParallelism: false,
  },
});
