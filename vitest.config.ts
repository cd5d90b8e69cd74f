import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['scripts/build-kernels.mjs', 'scripts/build-mediapipe.ts'],
    include: ['test/{unit,networks,process,browser}/*.test.ts'],
    // Inference saturates the cores by itself, so more files at once would only fight over them.
    maxWorkers: 2,
    testTimeout: 120_000,
  },
});
