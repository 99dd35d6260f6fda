/** Two mapped sources in a running exporter. */
import { createHmac } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startApp } from '../../exporter/app.ts';
import { loadConfig } from '../../exporter/config.ts';
import { pagePath } from '../../exporter/docs.ts';
import { loadKeys } from '../../exporter/keys.ts';
import { createLogger } from '../../exporter/log.ts';
import { SOURCES } from '../../exporter/sources/index.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { freshDatabase } from '../support/postgres.ts';
import { fixturesOf } from './kits.ts';

it('takes webhooks of several mapped sources, each at its address and by its own secret', async () => {
  const database = await freshDatabase('custom_app');
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-custom-'));
  copyFileSync(pagePath('docs/sources/kartly.yml'), join(directory, 'kartly.yml'));
  writeFileSync(join(directory, 'shed.yml'), 'title: The Shed\ntype: what\nauthentication: { scheme: query }\nevery: { t: { received: true }, conversation: c, channel: { value: webchat } }\nevents:\n  - { kind: message.inbound, when: { what: said }, fields: { message: id, text: words } }\n');
  writeFileSync(join(directory, 'replywatch.yml'), 'sources:\n  kartly: { mapping: kartly.yml }\n  shed: { mapping: shed.yml }\n');
  const config = loadConfig({ sources: SOURCES, cwd: directory, env: {
    DATABASE_URL: database.url, REPLYWATCH_DATA_DIR: directory, WEBHOOK_HOST: '127.0.0.1', WEBHOOK_PORT: '0', TELEMETRY_PORT: '0', KARTLY_SECRET: 'gravy-boat', SHED_KEY: 'a-key-of-the-shed', PUBLIC_URL: 'https://desk.example.com',
  } });
  const app = await startApp({ config, databaseUrl: database.url, keys: loadKeys(directory, config), log: createLogger('warn'), version: '1.2.3' });
  const post = async (path: string, body: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
    (await fetch(`http://127.0.0.1:${app.webhookPort}/webhooks/${path}`, { method: 'POST', headers, body })).status;
  const question = fixturesOf('kartly').get('question')![0]!.toString();
  const time = String(Math.floor(Date.now() / 1000));
  const signed = { 'x-kartly-timestamp': time, 'x-kartly-signature': `sha256=${createHmac('sha256', 'gravy-boat').update(`${time}.${question}`).digest('hex')}` };
  const said = JSON.stringify({ what: 'said', id: 7, c: 'room', words: 'planted words' });

  expect(await post('kartly', question, signed)).toBe(200);
  expect(await post('kartly', question, signed)).toBe(200); // the same again
  expect(await post('kartly', said, { ...signed })).toBe(401);
  expect(await post('shed?key=a-key-of-the-shed', said)).toBe(200);
  expect(await post('shed?key=a-key-of-the-shed', JSON.stringify({ what: 'sung' }))).toBe(200);
  expect(await post('shed?key=gravy-boat', said)).toBe(401);
  expect(await post('shed?key=a-key-of-the-shed', '[')).toBe(400);
  expect(await post('attic', said)).toBe(404);

  const pool = createPool(database.url);
  const { rows } = await pool.query("select event.source, event.kind, event.channel, event.inbox from replywatch.event where event.kind = 'message.inbound' order by event.source");
  expect(rows).toEqual([{ source: 'kartly', kind: 'message.inbound', channel: 'whatsapp', inbox: 'line-2' }, { source: 'shed', kind: 'message.inbound', channel: 'webchat', inbox: 'default' }]);
  const page = await (await fetch(`http://127.0.0.1:${app.telemetryPort}/`)).text();
  expect(page).toContain('<code>https://desk.example.com/webhooks/kartly</code>');
  expect(page).toContain('<code>https://desk.example.com/webhooks/shed?key=…</code>');
  expect(page).toContain('<code>sung</code> × 1');
  expect(page).not.toContain('planted');
  const metrics = await (await fetch(`http://127.0.0.1:${app.telemetryPort}/metrics`)).text();
  expect(metrics).toContain('replywatch_webhook_unknown_total{source="shed"} 1');
  await pool.end();
  await app.stop();
  await database.drop();
  rmSync(directory, { recursive: true });
}, 60_000);
