import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../exporter/main.ts', import.meta.url));

export const SECRETS = { whatsapp: 'planted-app-secret-7c1f', chatwoot: 'planted-chatwoot-secret-93ab' };
export const PSEUDONYM_KEY = 'planted-pseudonym-key-5d20e8';
export const EVENTS_TOKEN = 'planted-events-token-b04c';
export const VERIFY_TOKEN = 'planted-verify-token-e8a1';

export interface Exporter {
  readonly pid: number;
  readonly webhookPort: number;
  readonly telemetryPort: number;
  /** What it has printed so far, on both streams. */
  output(): string;
  alive(): boolean;
  /** Sends the signal and waits for the end; null when the signal itself ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
}

export interface Start {
  /** Absent: it starts the Postgres that npm brought, in its data directory. */
  readonly databaseUrl?: string;
  readonly dataDir: string;
  readonly logLevel?: string;
  readonly telemetryPort?: number;
  /** Over what is set anyway. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The service as an operator runs it: a process of its own with nothing in its environment but the configuration. Ready when it returns. */
export async function startExporter({ databaseUrl, dataDir, logLevel = 'info', telemetryPort = 0, env = {} }: Start): Promise<Exporter> {
  const config = join(dataDir, 'replywatch.yml');
  writeFileSync(config, 'settings: { settle_seconds: 0 }\n'); // durations are counted while things go wrong, not a minute later
  const child = spawn(process.execPath, [MAIN, 'start', '--json'], {
    cwd: dataDir, stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'], ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }), REPLYWATCH_DATA_DIR: dataDir, REPLYWATCH_CONFIG: config, LOG_LEVEL: logLevel,
      REPLYWATCH_COMPANIONS: 'off', PSEUDONYM_KEY, EVENTS_TOKEN, WHATSAPP_APP_SECRET: SECRETS.whatsapp, WHATSAPP_VERIFY_TOKEN: VERIFY_TOKEN, CHATWOOT_SECRET: SECRETS.chatwoot,
      WEBHOOK_HOST: '127.0.0.1', WEBHOOK_PORT: '0', TELEMETRY_PORT: String(telemetryPort), ...env,
    },
  });
  const exited = once(child, 'exit');
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  const announced = new Promise<string>((resolve) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      text += chunk.toString();
      if (text.includes('\n')) resolve(text);
    });
  });
  const line = await Promise.race([announced, exited.then(() => undefined)]);
  if (line === undefined) throw new Error(`the exporter ended before it was ready: ${output}`);
  const { running } = JSON.parse(line) as { running: { Webhooks: string; Telemetry: string } };
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0, webhookPort: portIn(running.Webhooks), telemetryPort: portIn(running.Telemetry), output: () => output, alive,
    async end(signal) {
      if (alive()) child.kill(signal);
      await exited;
      return child.exitCode;
    },
  };
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-faults-'));
  chmodSync(directory, 0o711); // as root Postgres runs as another user, who has to pass
  return directory;
}

/** Ends what still runs and removes the directories, whatever the test did. */
export async function cleanUp(exporters: readonly Exporter[], directories: readonly string[]): Promise<void> {
  for (const exporter of exporters) await exporter.end('SIGKILL');
  for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
}

const portIn = (address: string): number => Number(/:(\d+)/.exec(address)?.[1]);
