/** What commands that work on history have at hand: configuration, keys, and the database, whether the exporter is running or not. */
import { mkdirSync } from 'node:fs';
import type { Pool } from 'pg';
import { loadConfig, processEnvironment, type Config } from './config.ts';
import { loadKeys, type Keys } from './keys.ts';
import { createLogger, type Logger } from './log.ts';
import { createCounting } from './metrics/counting.ts';
import { METRICS } from './metrics/index.ts';
import { createSlots } from './metrics/slots.ts';
import { SOURCES } from './sources/index.ts';
import { createPool } from './store/connection.ts';
import { createDatabase, startEmbeddedPostgres } from './store/embedded.ts';
import { migrate } from './store/migrate.ts';
import { DEMO_DATABASE, isDemoAlone, runningPostgres } from './store/running.ts';
import type { Counting } from './store/store.ts';

/** What a command works with. */
export interface Workplace {
  readonly config: Config;
  readonly keys: Keys;
  readonly log: Logger;
  readonly url: string;
  readonly pool: Pool;
}

/**
 * Runs `work` on the database of this configuration, migrated: the one of `DATABASE_URL`, or the embedded one, which is started unless an
 * exporter is running it. @param orDemo on the demo's, where nothing is configured and nothing but the demo has run
 * @throws ConfigError, EmbeddedPostgresError, and what the database throws
 */
export async function atWorkplace<T>(work: (place: Workplace) => Promise<T>, { orDemo = false } = {}): Promise<T> {
  const config = loadConfig({ env: processEnvironment(), sources: SOURCES });
  const log = createLogger('warn');
  mkdirSync(config.dataDir, { recursive: true, mode: 0o711 });
  const keys = loadKeys(config.dataDir, config);
  const there = config.databaseUrl ?? await runningPostgres(config.dataDir);
  const started = there === undefined ? await startEmbeddedPostgres({ dataDir: config.dataDir, log }) : undefined;
  const url = there ?? started!.url;
  const place = { config, keys, log };
  try {
    return await onDatabase(url, async (pool) => {
      if (!orDemo || config.mode !== 'demo' || !await isDemoAlone(pool)) return work({ ...place, url, pool });
      const demo = await createDatabase(url, DEMO_DATABASE);
      return onDatabase(demo, async (ofDemo) => work({ ...place, config: await demoConfig(config.dataDir), url: demo, pool: ofDemo }));
    });
  } finally {
    await started?.stop();
  }
}

async function onDatabase<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = createPool(url);
  try {
    await migrate(pool);
    return await work(pool);
  } finally {
    await pool.end();
  }
}

async function demoConfig(dataDir: string): Promise<Config> {
  const { writeDemoConfig } = await import('./demo.ts'); // the whole simulator
  return loadConfig({ env: { ...processEnvironment(), REPLYWATCH_CONFIG: writeDemoConfig(dataDir) }, sources: SOURCES, mode: 'demo' });
}

/** Counting for a store that counts nothing, or whose database is thrown away: label slots begin empty. */
export const countingOf = (): Counting => createCounting(createSlots(METRICS)) as Counting; // event kinds are checked where events are made
