/** The exporter as `npm start` runs it: a process of its own, with the same limits of the heap, nothing in its environment but the configuration. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from '../exporter/store/embedded.ts';
import { SECRET } from './servers.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const { scripts } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as { readonly scripts: { readonly start: string } };
/** What follows `node` in the script, its paths absolute. */
const START = scripts.start.split(' ').slice(1).map((word) => (word.endsWith('.ts') ? `${ROOT}${word}` : word));

export interface ExporterProcess {
  readonly pid: number;
  readonly webhookPort: number;
  /** Of the telemetry port, without a slash at its end. */
  readonly telemetryUrl: string;
  /** From the spawn until `/-/ready` said 200. */
  readonly readySeconds: number;
  stop(): Promise<void>;
}

/** Starts it and waits until it is ready. @throws Error when it ends before */
export async function startExporter(options: { readonly databaseUrl: string; readonly directory: string; readonly env?: Readonly<Record<string, string>> }): Promise<ExporterProcess> {
  const [webhookPort, telemetryPort] = [await freePort(), await freePort()];
  const from = performance.now();
  const child = spawn(process.execPath, [...START, '--json'], {
    cwd: options.directory, stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'], DATABASE_URL: options.databaseUrl, REPLYWATCH_DATA_DIR: options.directory, LOG_LEVEL: 'warn',
      WHATSAPP_APP_SECRET: SECRET, WHATSAPP_VERIFY_TOKEN: 'verify-token', WEBHOOK_HOST: '127.0.0.1',
      WEBHOOK_PORT: String(webhookPort), TELEMETRY_PORT: String(telemetryPort), ...options.env,
    },
  });
  const exited = once(child, 'exit');
  const telemetryUrl = `http://127.0.0.1:${telemetryPort}`;
  while (!(await isReady(telemetryUrl))) {
    if (child.exitCode !== null) throw new Error('the exporter ended before it was ready');
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
  return {
    pid: child.pid!, webhookPort, telemetryUrl, readySeconds: (performance.now() - from) / 1000,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

const isReady = (url: string): Promise<boolean> => fetch(`${url}/-/ready`).then((response) => response.ok, () => false);
