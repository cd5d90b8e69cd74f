import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Many tests run what is compiled: it is never older than the sources.
    globalSetup: 'scripts/build-if-stale.mjs',
    include: ['test/{unit,networks,process,browser}/*.test.ts'],
    // Inference saturates the cores by itself, so more files at once would only fight over them.
    maxWorkers: 2,
    testTimeout: 120_000,
  },
});
