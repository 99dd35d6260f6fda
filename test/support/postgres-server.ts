import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { createLogger } from '../../exporter/log.ts';
import { startEmbeddedPostgres } from '../../exporter/store/embedded.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Of the one Postgres that all files of a run share; see postgres.ts. */
    postgresUrl: string;
  }
}

/** vitest's globalSetup: one embedded Postgres per run, with the settings of production, in a directory that is gone afterwards. */
export default async function startSharedPostgres(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'replywatch-test-'));
  // As root Postgres runs as another user, who has to pass this directory.
  await chmod(directory, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir: join(directory, 'data'), log: createLogger('warn') });
  project.provide('postgresUrl', postgres.url);
  return async () => {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  };
}
