import { defineConfig } from 'vitest/config';

/** Benchmarks, for people to read: `pnpm bench`, or `pnpm bench packages/blobstore`. They check nothing. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    benchmark: { include: ['packages/**/*.bench.ts', 'apps/**/*.bench.ts'] },
    environment: 'node',
    testTimeout: 300_000,
    fileParallelism: false,
  },
});
