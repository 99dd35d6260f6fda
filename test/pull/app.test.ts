/** Two exporters on one database: one of them pulls. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startApp, type App } from '../../exporter/app.ts';
import { loadConfig } from '../../exporter/config.ts';
import { loadKeys } from '../../exporter/keys.ts';
import { createLogger } from '../../exporter/log.ts';
import { SOURCES } from '../../exporter/sources/index.ts';
import { problems, load } from '../config/given.ts';
import { freshDatabase } from '../support/postgres.ts';
import { until } from '../support/until.ts';
import { serve } from './api.ts';

const PATIENCE_MS = 60_000;

it('only the leader pulls, and says when it last could', async () => {
  const database = await freshDatabase('pull_app');
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-pull-'));
  /** Who asked, by the token that each exporter shows. */
  const askers = new Set<string>();
  const api = await serve(({ path, headers }) => {
    askers.add(String(headers['api_access_token']));
    return { body: path.endsWith('/agents') ? [{ id: 7, account_id: 1, availability_status: 'online' }] : path.endsWith('/csat_survey_responses') ? [] : { data: { payload: [] } } };
  });
  const start = async (token: string): Promise<App> => {
    const config = loadConfig({ sources: SOURCES, cwd: directory, env: {
      DATABASE_URL: database.url, REPLYWATCH_DATA_DIR: join(directory, token), WEBHOOK_HOST: '127.0.0.1', WEBHOOK_PORT: '0', TELEMETRY_PORT: '0', PSEUDONYM_KEY: 'a-key-for-tests-of-pulls', TRACE_KEY: 'another-key-for-tests',
      CHATWOOT_API_URL: api.url, CHATWOOT_API_TOKEN: token, CHATWOOT_ACCOUNT_ID: '1',
    } });
    return startApp({ config, databaseUrl: database.url, keys: loadKeys(config.dataDir, config), log: createLogger('warn'), version: '1.2.3' });
  };
  const metric = async (app: App, line: RegExp): Promise<number> => Number(line.exec(await (await fetch(`http://127.0.0.1:${app.telemetryPort}/metrics`)).text())?.[1] ?? NaN);
  const first = await start('first');
  await until('the leader has pulled everything', async () => (await metric(first, /replywatch_pull_runs_total\{pull="chatwoot_history",outcome="success"\} (\d+)/)) === 1, PATIENCE_MS);
  expect(await metric(first, /replywatch_pull_last_success_timestamp_seconds\{pull="chatwoot_presence"\} ([\d.e+]+)/)).toBeGreaterThan(1_000_000_000);
  const second = await start('second');
  await until('the second one leads nothing', async () => (await metric(second, /replywatch_leader (\d)/)) === 0, PATIENCE_MS);
  expect(await metric(second, /replywatch_pull_runs_total\{pull="chatwoot_history",outcome="success"\} (\d+)/)).toBe(0);
  expect([...askers]).toEqual(['first']);
  await first.stop();
  await until('the second one has taken over', () => askers.has('second'), PATIENCE_MS);
  await second.stop();
  await api.close();
  await database.drop();
  rmSync(directory, { recursive: true });
}, 240_000);

it.each<[string, Readonly<Record<string, string>>, string]>([
  ['Chatwoot', { CHATWOOT_API_TOKEN: 'tok', CHATWOOT_ACCOUNT_ID: '1' }, 'CHATWOOT_API_TOKEN, CHATWOOT_ACCOUNT_ID: Pulling from Chatwoot is half set: it also needs CHATWOOT_API_URL (or set none of them)'],
  ['Zendesk', { ZENDESK_API_URL: 'https://example.zendesk.com' }, 'ZENDESK_API_URL: Pulling from Zendesk is half set: it also needs ZENDESK_API_USER and ZENDESK_API_TOKEN (or set none of them)'],
  ['WhatsApp', { WHATSAPP_ACCESS_TOKEN: 'tok' }, 'WHATSAPP_ACCESS_TOKEN: Pulling from WhatsApp is half set: it also needs WHATSAPP_BUSINESS_ACCOUNT_ID (or set none of them)'],
])('%s half set is an error that names the rest', (_name, env, expected) => expect(problems({ env })).toContain(expected));

it('an account number beside a Chatwoot database is for the import alone', () =>
  expect(load({ env: { CHATWOOT_DATABASE_URL: 'postgres://reader:x@localhost/chatwoot', CHATWOOT_ACCOUNT_ID: '2' } }).platforms).toMatchObject({ chatwootAccount: 2 }));
