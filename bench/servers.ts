/** The exporter on a database of its own and an express 5 no-op, each in a process of its own, as the sides of a benchmark. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger } from '../exporter/log.ts';
import { startEmbeddedPostgres } from '../exporter/store/embedded.ts';

export const SECRET = 'app-secret-of-the-benchmark';

export interface Side {
  readonly port: number;
  /** Absent for the no-op. */
  readonly telemetry?: number;
  /** CPU the process has used so far, in seconds. */
  cpu(): Promise<number>;
}

export interface Sides { readonly exporter: Side; readonly noop: Side; readonly databaseUrl: string }

/** Starts both, does the work and ends everything. `profile` is a directory: the exporter writes a CPU profile there when it ends. */
export async function withSides(work: (sides: Sides) => Promise<void>, profile?: string): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-bench-'));
  chmodSync(directory, 0o711); // Postgres runs as another user when we are root
  const config = join(directory, 'replywatch.yml');
  writeFileSync(config, 'settings:\n  clock_skew: 12h\n'); // see traffic.ts
  const postgres = await startEmbeddedPostgres({ dataDir: directory, log: createLogger('warn') });
  const children: ChildProcess[] = [];
  const start = async (name: string, execArgv: string[]): Promise<Side> => {
    const env = { PATH: process.env['PATH'], WHATSAPP_APP_SECRET: SECRET, WHATSAPP_VERIFY_TOKEN: 'verify-token', DATABASE_URL: postgres.url, REPLYWATCH_DATA_DIR: directory, REPLYWATCH_CONFIG: config };
    const child = fork(fileURLToPath(new URL('./ingest-server.ts', import.meta.url)), [name], { env, execArgv });
    children.push(child);
    const ended = once(child, 'exit').then(() => { throw new Error(`the server ${name} ended`); });
    ended.catch(() => undefined);
    const [ports] = await Promise.race([once(child, 'message'), ended]) as [{ webhooks: number; telemetry?: number }];
    return {
      port: ports.webhooks, ...(ports.telemetry === undefined ? {} : { telemetry: ports.telemetry }),
      async cpu() {
        child.send('cpu');
        const [{ cpu }] = await once(child, 'message') as [{ cpu: NodeJS.CpuUsage }];
        return (cpu.user + cpu.system) / 1e6;
      },
    };
  };
  try {
    const exporter = await start('pipeline', profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]);
    await work({ exporter, noop: await start('noop', []), databaseUrl: postgres.url });
  } finally {
    await Promise.all(children.map(async (child) => {
      if (child.exitCode !== null) return;
      const exit = once(child, 'exit');
      if (child.connected) child.disconnect();
      await exit;
    }));
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}
