/** The service as a process of its own that can be asked for a heap snapshot and a crash report. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../support/until.ts';

const MAIN = fileURLToPath(new URL('../../exporter/main.ts', import.meta.url));

export const SECRETS = { whatsapp: 'kettle-and-cup', chatwoot: 'saucer', events: 'tea-tray-token-0001' } as const;

export interface PrivateExporter {
  readonly webhooks: string;
  readonly telemetry: string;
  readonly dataDir: string;
  /** Both streams, so far. */
  output(): string;
  /** All live strings of the process, after a full garbage collection. */
  heapSnapshot(): Promise<Buffer>;
  /** What Node writes when it crashes. */
  crashReport(): Promise<string>;
  stop(): Promise<void>;
}

export interface PrivateOptions { readonly databaseUrl: string; readonly config?: string; readonly env?: Readonly<Record<string, string>> }

/** Logs everything there is to log; durations settle at once. */
export async function startPrivateExporter({ databaseUrl, config = '', env = {} }: PrivateOptions): Promise<PrivateExporter> {
  const dataDir = mkdtempSync(join(tmpdir(), 'replywatch-privacy-'));
  const file = join(dataDir, 'replywatch.yml');
  writeFileSync(file, `settings: { settle_seconds: 0 }\n${config}`);
  const flags = ['--heapsnapshot-signal=SIGUSR2', '--report-on-signal', '--report-signal=SIGPROF', `--diagnostic-dir=${dataDir}`, '--report-exclude-network'];
  const child = spawn(process.execPath, [...flags, MAIN, 'start', '--json'], {
    cwd: dataDir, stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'], DATABASE_URL: databaseUrl, REPLYWATCH_DATA_DIR: dataDir, REPLYWATCH_CONFIG: file, LOG_LEVEL: 'trace', EVENTS_TOKEN: SECRETS.events,
      WHATSAPP_APP_SECRET: SECRETS.whatsapp, WHATSAPP_VERIFY_TOKEN: 'shelf', CHATWOOT_SECRET: SECRETS.chatwoot, WEBHOOK_HOST: '127.0.0.1', WEBHOOK_PORT: '0', TELEMETRY_PORT: '0', ...env,
    },
  });
  const exited = once(child, 'exit');
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString(); });
  let announced = '';
  child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString(); announced += chunk.toString(); });
  await until('the exporter to be ready', () => announced.includes('\n') || child.exitCode !== null, 60_000);
  if (child.exitCode !== null) throw new Error(`the exporter ended before it was ready: ${output}`);
  const { running } = JSON.parse(announced) as { running: { Webhooks: string; Telemetry: string } };
  const base = (address: string): string => /http:\/\/[^/ ]+/.exec(address)![0].replace('localhost', '127.0.0.1');
  const fileAfter = async (signal: 'SIGUSR2' | 'SIGPROF', ending: string): Promise<Buffer> => {
    child.kill(signal);
    const name = await until(`a ${ending} file`, () => readdirSync(dataDir).find((each) => each.endsWith(ending)), 60_000);
    let size = -1;
    // Complete when it stops growing and ends like JSON does.
    return until(`the whole ${ending} file`, () => {
      const content = readFileSync(join(dataDir, name));
      const done = content.length === size && /[}\]]\s*$/.test(content.subarray(-3).toString());
      size = content.length;
      return done ? content : undefined;
    }, 60_000);
  };
  return {
    webhooks: base(running.Webhooks), telemetry: base(running.Telemetry), dataDir, output: () => output,
    heapSnapshot: () => fileAfter('SIGUSR2', '.heapsnapshot'),
    crashReport: async () => (await fileAfter('SIGPROF', '.json')).toString(),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
