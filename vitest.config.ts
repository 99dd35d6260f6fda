import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/postgres-server.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // The default of a second is too short for a machine that does much else.
    expect: { poll: { timeout: 30_000 } },
    // Real servers on a busy machine are late now and then. What fails twice is broken; what passed the second time is marked in the report, and is to be mended.
    retry: 1,
    // Two cores: more files at once only make every server start slower.
    maxWorkers: 2,
    reporters: ['default'],
  },
});
