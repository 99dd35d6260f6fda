// Started by otlp-viewer.ts as a process of its own, so that a flood of spans never slows the exporter down.
// The package's own command line has fixed ports (one of them 8080, ours for webhooks) and keeps traces inside node_modules for ever;
// its parts do not: the receiver, the writer of one file per trace, and the page.
import { createReadStream, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';

interface Receiver { start(): Promise<void>; readonly httpUrl: URL }
interface Printer { subscribe(): void }
interface Package {
  readonly MockOtlpServer: new (options: { log: unknown; services: readonly string[]; httpHostname: string; httpPort: number }) => Receiver;
  readonly FilePrinter: new (log: unknown, indent: number, signals: readonly string[], directory: string) => Printer;
  readonly createLogger: (options: { name: string; level: string }) => unknown;
}

const [tracesDir = '', otlpPort = '0', uiPort = '0'] = process.argv.slice(2);
/** Traces kept; the oldest files go first. */
const KEPT_TRACES = 2_000;
const LISTED_TRACES = 500;
const require = createRequire(import.meta.url);
const assets = join(dirname(require.resolve('@elastic/mockotlpserver')), '../ui');

mkdirSync(tracesDir, { recursive: true, mode: 0o700 });
const { MockOtlpServer, FilePrinter, createLogger } = load();
const log = createLogger({ name: 'otlp-viewer', level: 'warn' });
const receiver = new MockOtlpServer({ log, services: ['http'], httpHostname: '127.0.0.1', httpPort: Number(otlpPort) });
new FilePrinter(log, 0, ['trace'], tracesDir).subscribe();
await receiver.start();
setInterval(forgetOldest, 30_000).unref();

const page = createServer((request, response) => {
  answer(request, response);
});
page.listen(Number(uiPort), '127.0.0.1', () => {
  const address = page.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  console.log(JSON.stringify({ endpoint: receiver.httpUrl.origin, uiUrl: `http://127.0.0.1:${port}` }));
});

function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname } = new URL(request.url ?? '/', 'http://viewer');
  if (pathname === '/api/traces') {
    response.setHeader('content-type', 'application/json').end(JSON.stringify(traceFiles().filter(isConversation).slice(0, LISTED_TRACES)));
    return;
  }
  const [, trace] = /^\/api\/traces\/([0-9a-f]{32})$/.exec(pathname) ?? [];
  // The URL parser has resolved every "..", so an asset's path cannot leave its directory.
  const file = trace === undefined ? join(assets, pathname === '/' ? 'index.html' : pathname) : join(tracesDir, `trace-${trace}.ndjson`);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    response.writeHead(404).end('not found\n');
    return;
  }
  response.setHeader('content-type', TYPES[extname(file)] ?? 'text/plain');
  if (trace !== undefined) {
    const spans = wholeLines(file);
    if (spans.length === 0) response.writeHead(404).end('not written yet\n');
    else response.end(drawable(spans));
    return;
  }
  createReadStream(file).on('error', () => response.destroy()).pipe(response);
}

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'application/javascript', '.css': 'text/css', '.png': 'image/png' };

/** Newest first. */
function traceFiles(): readonly string[] {
  return readdirSync(tracesDir).filter((file) => file.startsWith('trace-'))
    .map((file) => ({ file, writtenAt: statSync(join(tracesDir, file)).mtimeMs }))
    .sort((a, b) => b.writtenAt - a.writtenAt).map(({ file }) => file);
}

/** The exporter's own spans outnumber the conversations in a list that shows ids only; by its id each of them can still be read. */
function isConversation(file: string): boolean {
  return wholeLines(join(tracesDir, file)).some((span) => span.includes('"conversation.id"'));
}

/** A line that is still being written waits. */
function wholeLines(file: string): readonly string[] {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1);
}

/**
 * The page draws what hangs below a root. While a conversation is open its root is not there yet, so spans without their parent become roots; when
 * it ends, what was sent before comes again and counts once.
 */
function drawable(lines: readonly string[]): string {
  const spans = new Map(lines.map((line) => JSON.parse(line) as { spanId: string; parentSpanId?: string }).map((span) => [span.spanId, span]));
  return [...spans.values()].map((span) => JSON.stringify(spans.has(span.parentSpanId ?? '') ? span : { ...span, parentSpanId: undefined })).join('\n');
}

function forgetOldest(): void {
  for (const file of traceFiles().slice(KEPT_TRACES)) rmSync(join(tracesDir, file), { force: true });
}

/** The package is JavaScript without types; the interfaces above are the part of it that is used here. */
function load(): Package {
  const server = require('@elastic/mockotlpserver') as Pick<Package, 'MockOtlpServer'>;
  const printers = require('@elastic/mockotlpserver/lib/printers.js') as Pick<Package, 'FilePrinter'>;
  const luggite = require('@elastic/mockotlpserver/lib/luggite.js') as Pick<Package, 'createLogger'>;
  return { ...server, ...printers, ...luggite };
}
