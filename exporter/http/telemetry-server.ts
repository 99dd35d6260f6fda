/** The operators' port: metrics, health, the start page, episodes and runbooks. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import express, { type ErrorRequestHandler, type Express, type Response } from 'express';
import { createEpisodesRouter, type EpisodePages } from './episodes.ts';
import { insteadOfDashboard } from './instead-of-grafana.ts';
import { renderDocument, renderPage, type PageModel } from './page.ts';
import { renderRunbook, renderRunbookList } from './runbook.ts';

/** What the telemetry port serves. */
export interface TelemetryAppOptions {
  /** The whole answer to a scrape: `createExposition(…).scrape`. */
  readonly scrape: (accept: string | undefined) => Promise<{ readonly contentType: string; readonly body: Buffer }>;
  /** Why the service cannot take webhooks now; undefined when it can. */
  readonly ready: () => string | undefined | Promise<string | undefined>;
  readonly page: () => Omit<PageModel, 'trouble'> | Promise<Omit<PageModel, 'trouble'>>;
  /** What `/episodes` shows. */
  readonly episodes: EpisodePages;
  /** Folder of `<alert>.md`. */
  readonly runbooks: string;
  /** Any of these as bearer token or as password (any user) opens this port; empty: it is open. */
  readonly tokens?: readonly string[];
  readonly onError: (error: unknown) => void;
}

/** `/`, `/metrics`, `/-/healthy`, `/healthz`, `/-/ready`, `/readyz`, `/episodes`, `/episodes/<trace id>`, `/runbooks`, `/runbooks/<alert>`, `/d/<dashboard>`. With tokens, all of them ask for one. */
export function createTelemetryApp({ scrape, ready, page, episodes, runbooks, tokens = [], onError }: TelemetryAppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  app.use((request, response, next) => {
    response.setHeader('x-content-type-options', 'nosniff');
    if (tokens.length === 0 || isAllowed(request.headers.authorization, tokens)) return next();
    response.setHeader('www-authenticate', 'Basic realm="replywatch", charset="UTF-8"');
    plain(response, 401, 'a token is needed: TELEMETRY_TOKEN as bearer token or password\n');
  });

  app.get('/metrics', async (request, response) => {
    const { contentType, body } = await scrape(request.headers.accept);
    response.setHeader('content-type', contentType);
    response.end(body);
  });
  app.get(['/-/healthy', '/healthz'], (_request, response) => plain(response, 200, 'healthy\n'));
  app.get(['/-/ready', '/readyz'], async (_request, response) => {
    const trouble = await ready();
    plain(response, trouble === undefined ? 200 : 503, `${trouble ?? 'ready'}\n`);
  });
  app.get('/', async (_request, response) => html(response, renderPage({ ...await page(), trouble: await ready() })));
  app.use(createEpisodesRouter(episodes));
  app.get('/runbooks', async (_request, response) => {
    const names = (await readdir(runbooks)).filter((file) => file.endsWith('.md')).map((file) => file.slice(0, -'.md'.length)).toSorted();
    const pages = await Promise.all(names.map(async (name) => ({ name, markdown: await readFile(join(runbooks, `${name}.md`), 'utf8') })));
    html(response, renderDocument('Runbooks', renderRunbookList(pages)));
  });
  app.get('/d/:uid', (request, response) => response.redirect(insteadOfDashboard(request.params.uid, request.query)));
  app.get('/explore', (_request, response) => response.redirect('/'));
  app.get('/runbooks/:alert', async (request, response) => {
    const alert = request.params.alert.replace(/\.md$/, '');
    const text = /^[A-Za-z][A-Za-z0-9]{0,63}$/.test(alert) ? await readIfThere(join(runbooks, `${alert}.md`)) : undefined;
    if (text === undefined) plain(response, 404, 'there is no such runbook\n');
    else html(response, renderDocument(alert, renderRunbook(text)));
  });

  app.use((_request, response) => plain(response, 404, 'nothing here; see /, /episodes, /runbooks and /metrics\n'));
  const failed: ErrorRequestHandler = (error: unknown, _request, response: Response, _next) => {
    if (error instanceof URIError) return plain(response, 400, 'the address cannot be read\n');
    onError(error);
    plain(response, 500, 'this failed; the log says why\n');
  };
  app.use(failed);
  return app;
}

/** Compared as digests, so that the time tells nothing, the length included. */
function isAllowed(header: string | undefined, tokens: readonly string[]): boolean {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) +(\S+) *$/i.exec(header ?? '') ?? [];
  const basic = scheme.toLowerCase() === 'basic' ? Buffer.from(value, 'base64').toString() : undefined;
  const given = digest(basic === undefined ? value : basic.slice(basic.indexOf(':') + 1));
  return value !== '' && tokens.map((token) => token !== '' && timingSafeEqual(given, digest(token))).includes(true);
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function html(response: Response, text: string): void {
  response.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'");
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(text);
}

function plain(response: Response, status: number, text: string): void {
  if (response.headersSent) return;
  response.statusCode = status;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(text);
}
