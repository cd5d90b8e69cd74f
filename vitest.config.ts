import { defineConfig } from 'vitest/config';

/** Unit tests that replace a module or a global, or change the environment. Each runs in a process of its own. */
const ISOLATED = ['find-models', 'kernels', 'no-home', 'worker-detector'].map((name) => `test/unit/${name}.test.ts`);

export default defineConfig({
  test: {
    // Many tests run what is compiled: it is never older than the sources.
    globalSetup: 'scripts/build-if-stale.mjs',
    // What esbuild made of a file is kept in node_modules/ until the file changes.
    experimental: { fsModuleCache: true },
    // Inference saturates the cores by itself, so more files at once would only fight over them.
    maxWorkers: 2,
    testTimeout: 120_000,
    projects: [
      {
        extends: true,
        // Files share a process and the modules that are loaded in it, which halves the time around the tests.
        test: { name: 'unit', include: ['test/unit/*.test.ts'], exclude: ISOLATED, isolate: false },
      },
      {
        extends: true,
        test: { name: 'isolated', include: [...ISOLATED, 'test/{networks,process,browser}/*.test.ts'] },
      },
    ],
  },
});
