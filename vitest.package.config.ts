import { defineConfig } from 'vitest/config';

// Apart from the other tests, because it installs a package and so needs the registry or npm's cache.
export default defineConfig({
  test: {
    globalSetup: ['test/support/packed.ts'],
    include: ['test/package/*.test.ts'],
    maxWorkers: 2,
    hookTimeout: 300_000,
    testTimeout: 120_000,
  },
});
