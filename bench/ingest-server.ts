/** A server to measure, in a process of its own: `pipeline` is the exporter on DATABASE_URL, `noop` express 5 that reads the body and answers. */
import express from 'express';
import { startApp } from '../exporter/app.ts';
import { loadConfig } from '../exporter/config.ts';
import { listen } from '../exporter/http/server.ts';
import { loadKeys } from '../exporter/keys.ts';
import { createLogger } from '../exporter/log.ts';
import { SOURCES } from '../exporter/sources/index.ts';

interface Running { readonly ports: { readonly webhooks: number; readonly telemetry?: number }; stop(): Promise<void> }

async function pipeline(): Promise<Running> {
  const { WHATSAPP_APP_SECRET, WHATSAPP_VERIFY_TOKEN, DATABASE_URL, REPLYWATCH_DATA_DIR, REPLYWATCH_CONFIG } = process.env;
  const env = { WHATSAPP_APP_SECRET, WHATSAPP_VERIFY_TOKEN, DATABASE_URL, REPLYWATCH_DATA_DIR, REPLYWATCH_CONFIG, WEBHOOK_PORT: '0', TELEMETRY_PORT: '0' };
  const config = loadConfig({ env, sources: SOURCES });
  if (config.databaseUrl === undefined) throw new Error('DATABASE_URL is missing');
  const app = await startApp({ config, databaseUrl: config.databaseUrl, keys: loadKeys(config.dataDir, config), log: createLogger('warn'), version: '0' });
  return { ports: { webhooks: app.webhookPort, telemetry: app.telemetryPort }, stop: () => app.stop() };
}

async function noop(): Promise<Running> {
  const app = express();
  app.post('/webhooks/:source', (request, response) => {
    request.on('data', () => undefined).on('end', () => { response.end('ok\n'); });
  });
  const server = await listen(app, '127.0.0.1', 0);
  return { ports: { webhooks: server.port }, stop: () => server.close(0) };
}

const running = await (process.argv[2] === 'noop' ? noop() : pipeline());
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.once('disconnect', () => void running.stop().finally(() => process.exit()));
process.send?.(running.ports);
