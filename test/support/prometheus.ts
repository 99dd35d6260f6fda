// Real Prometheus tools for tests. What there is:
//
//   promtool(args)                     → { code, output }     runs promtool; output is stdout and stderr together
//   amtool(args)                       → { code, output }     runs amtool
//   startPrometheus({ config, rules? })→ Promise<Server>      config: YAML text or object; rules: YAML texts by file name, loaded automatically
//   startAlertmanager(configFile)      → Promise<Server>      configFile: path of a ready configuration
//   webhookReceiver()                  → Promise<Receiver>    a real HTTP server that collects Alertmanager's notifications
//
// A Server is { url, pid, output(), stop() }: on loopback, a free port, data in a temporary directory that stop() removes. A Receiver is
// { url, notifications, waitFor(predicate, timeoutMs?), stop() }. `test/support/run.ts` has put the binaries on the PATH.
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { createLogger } from '../../exporter/log.ts';
import { answers, startChild, whenUp } from '../../exporter/stack/child.ts';
import { findAlertmanager, findPrometheus } from '../../exporter/stack/find.ts';

export interface ToolResult { readonly code: number; readonly output: string }

export function promtool(args: readonly string[]): Promise<ToolResult> {
  return runTool('promtool', args);
}

export function amtool(args: readonly string[]): Promise<ToolResult> {
  return runTool('amtool', args);
}

export interface Server {
  readonly url: string;
  readonly pid: number;
  /** Its log so far. */
  output(): string;
  stop(): Promise<void>;
}

/** Starts Prometheus; `rules` are added to the configuration's own rule files. Ready when it returns. */
export async function startPrometheus(options: { config: string | object; rules?: Readonly<Record<string, string>> }): Promise<Server> {
  const directory = await mkdtemp(join(tmpdir(), 'replywatch-prometheus-'));
  const rulesDir = join(directory, 'rules');
  await mkdir(rulesDir);
  for (const [name, text] of Object.entries(options.rules ?? {})) await writeFile(join(rulesDir, name.endsWith('.yml') ? name : `${name}.yml`), text);
  // The caller's object or text; what it holds is for Prometheus to judge.
  const config = (typeof options.config === 'string' ? parse(options.config) : options.config) as { rule_files?: string[] };
  const configFile = join(directory, 'prometheus.yml');
  await writeFile(configFile, stringify({ ...config, rule_files: [...(config.rule_files ?? []), join(rulesDir, '*.yml')] }));
  return startServer('prometheus', findPrometheus(), directory, [
    `--config.file=${configFile}`, `--storage.tsdb.path=${join(directory, 'data')}`, '--enable-feature=exemplar-storage', '--web.listen-address=127.0.0.1:0',
  ]);
}

/** Starts Alertmanager without clustering. Ready when it returns. */
export async function startAlertmanager(configFile: string): Promise<Server> {
  const directory = await mkdtemp(join(tmpdir(), 'replywatch-alertmanager-'));
  return startServer('alertmanager', findAlertmanager(), directory, [
    `--config.file=${configFile}`, `--storage.path=${join(directory, 'data')}`, '--web.listen-address=127.0.0.1:0', '--cluster.listen-address=',
  ]);
}

/** Body that Alertmanager posts: https://prometheus.io/docs/alerting/latest/configuration/#webhook_config */
export interface Notification {
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly {
    readonly status: 'firing' | 'resolved';
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

export interface Received { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Notification }

export interface Receiver {
  /** Any path below it is accepted and recorded. */
  readonly url: string;
  readonly notifications: readonly Received[];
  /** The first notification, past or future, that fits; fails after `timeoutMs` (2 minutes) with a list of what came instead. */
  waitFor(fits: (received: Received) => boolean, timeoutMs?: number): Promise<Received>;
  stop(): Promise<void>;
}

export async function webhookReceiver(): Promise<Receiver> {
  const notifications: Received[] = [];
  const arrivals = new EventEmitter();
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      notifications.push({ path: request.url ?? '', headers: request.headers, body });
      response.end();
      arrivals.emit('notification');
    }, () => response.writeHead(400).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP listener without a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    notifications,
    waitFor: async (fits, timeoutMs = 120_000) => {
      const deadline = performance.now() + timeoutMs;
      for (;;) {
        const found = notifications.find(fits);
        if (found !== undefined) return found;
        const left = deadline - performance.now();
        if (left <= 0) throw new Error(`no such notification within ${timeoutMs} ms; received: ${JSON.stringify(notifications.map(({ path, body }) => ({ path, body })))}`);
        await once(arrivals, 'notification', { signal: AbortSignal.timeout(Math.ceil(left)) }).catch(() => undefined); // the loop looks at the clock
      }
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Notification> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  // Only Alertmanager posts here.
  return JSON.parse(text) as Notification;
}

async function startServer(name: string, binary: string | undefined, directory: string, args: readonly string[]): Promise<Server> {
  if (binary === undefined) throw new Error(`${name} is not installed; npm test installs it`);
  const child = await startChild({ name, command: binary, args, logFile: join(directory, `${name}.log`), log: createLogger('silent') });
  const stop = async (): Promise<void> => {
    await child.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const url = await whenUp(child, async () => {
      // Both print the port that the kernel chose: msg="Listening on" address=127.0.0.1:43215
      const address = /"?Listening on"?.*address=(127\.0\.0\.1:\d+)/.exec(child.output())?.[1];
      return address !== undefined && (await answers(`http://${address}/-/ready`)) ? `http://${address}` : undefined;
    });
    return { url, pid: child.pid, output: child.output, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function runTool(tool: string, args: readonly string[]): Promise<ToolResult> {
  const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number>((resolve, reject) => child.once('error', reject).once('close', (exit) => resolve(exit ?? 1)));
  return { code, output };
}
