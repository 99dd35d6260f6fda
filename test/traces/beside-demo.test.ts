/** Commands typed beside `npm start` in a clean clone: what is looked at there is the demo, until there is something else. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createLogger } from '../../exporter/log.ts';
import { createDatabase, startEmbeddedPostgres, type EmbeddedPostgres } from '../../exporter/store/embedded.ts';
import { migrate } from '../../exporter/store/migrate.ts';
import { DEMO_DATABASE } from '../../exporter/store/running.ts';
import { createTraceChoices } from '../../exporter/traces/keep.ts';
import { conversationOf, storeStories } from '../http/episode-stories.ts';
import { KEY } from './histories.ts';

let directory: string;
let dataDir: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'replywatch-demo-'));
  chmodSync(directory, 0o755); // the user that runs Postgres for root has to pass it
  dataDir = join(directory, 'data');
  postgres = await startEmbeddedPostgres({ dataDir, log: createLogger('silent') });
});
afterAll(async () => {
  await postgres.stop();
  rmSync(directory, { recursive: true });
});

async function store(url: string): Promise<void> {
  const pool = new Pool({ connectionString: url });
  await migrate(pool);
  await storeStories(pool, url, createTraceChoices({ key: KEY, ratio: 1, settingsFor: () => DEFAULT_SETTINGS }));
  await pool.end();
}

function command(...args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../../exporter/cli.ts'), ...args], {
    cwd: directory, encoding: 'utf8', env: { PATH: process.env['PATH'], REPLYWATCH_DATA_DIR: dataDir } });
  return stdout + stderr;
}

test('trace and erase find what the demo shows; once the service has data of its own they stay with that', async () => {
  await store(await createDatabase(postgres.url, DEMO_DATABASE));
  expect(command('trace', conversationOf('plain'))).toMatch(/agent turn[^]*csat survey/);
  const pool = new Pool({ connectionString: postgres.url });
  await pool.query(`insert into replywatch.conversation (id, state, version, channel, inbox) values (gen_random_uuid(), '{}', 1, 'sms', 'ours')`);
  await pool.end();
  expect(command('trace', conversationOf('plain'))).toContain('no such conversation');
  expect(command('erase', conversationOf('plain'))).toContain('no source has named this customer');
});
