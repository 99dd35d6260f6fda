import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { readCanonicalBody, TooManyEvents } from '../ingest/canonical.ts';
import type { EventsVerdict } from '../ingest/access.ts';
import type { Pipeline } from '../ingest/pipeline.ts';
import type { ProcessMetrics } from '../metrics/process.ts';
import type { Follow } from '../ingest/clicks.ts';
import { readBody } from './body.ts';
import { serveLinks } from './links.ts';

type WebhookRequest = Parameters<Pipeline['webhook']>[1];

/** What the webhook port needs. */
export interface WebhookAppOptions {
  readonly pipeline: Pipeline;
  readonly eventsAccess: (request: Pick<WebhookRequest, 'url' | 'headers' | 'body' | 'receivedAt'>) => EventsVerdict;
  readonly metrics: Pick<ProcessMetrics, 'webhook'>;
  /** Where tracked links lead; absent: there are none. */
  readonly follow?: Follow;
  readonly now: () => number;
  /** True once the process is stopping: what comes now is sent again by its provider. */
  readonly stopping: () => boolean;
}

/** Providers send up to 3 MB, a little more with what a gateway adds. */
const WEBHOOK_LIMIT = 4 * 1024 * 1024;
const EVENTS_LIMIT = 10 * 1024 * 1024;

const CLOSED = 'closed: set EVENTS_TOKEN or EVENTS_SECRET to open it';

const WORDS: Readonly<Record<number, string>> = {
  200: 'ok', 400: 'the body cannot be read', 401: 'the signature is missing or wrong', 403: 'handshake refused', 404: 'not found', 413: 'the body is too large', 503: 'not now, please send again',
};

/** The public side: webhooks, canonical events and tracked links, nothing else. */
export function createWebhookApp(options: WebhookAppOptions): Express {
  const { pipeline, metrics, now } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  /** Answers given while we stop end their connection: the next request on it would cross our closing and get no answer at all. */
  const last = (response: Response): Response => {
    if (options.stopping()) response.shouldKeepAlive = false;
    return response;
  };

  app.post('/webhooks/:source', (request, response) => {
    const { source } = request.params;
    if (!pipeline.has(source)) return drop(request, response, 404);
    if (options.stopping()) { metrics.webhook(source, 'stopping', 0); return drop(request, last(response), 503); }
    readBody(request, WEBHOOK_LIMIT, (problem, body) => {
      if (problem === 'too_large') { metrics.webhook(source, 'too_large', 0); return drop(request, response, 413); }
      if (problem) { metrics.webhook(source, problem, 0); return drop(request, response, 400); }
      const webhook = webhookOf(request, body, now());
      pipeline.webhook(source, webhook, (status) => {
        const reply = status === 200 ? pipeline.reply(source, webhook) : undefined;
        if (reply) say(last(response), reply);
        else answer(last(response), status);
      });
    });
  });

  app.get('/webhooks/:source', (request, response) => {
    const { source } = request.params;
    if (!pipeline.has(source)) return answer(response, 404);
    const challenge = pipeline.handshake(source, webhookOf(request, new Uint8Array(), now()));
    metrics.webhook(source, challenge === undefined ? 'invalid' : 'handshake', 0);
    if (challenge === undefined) return answer(response, 403);
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }).end(challenge);
  });

  app.post('/v1/events', (request, response) => {
    if (options.stopping()) return drop(request, last(response), 503);
    readBody(request, EVENTS_LIMIT, (problem, body) => {
      if (problem === 'too_large') return drop(request, response, 413);
      if (problem) return drop(request, response, 400);
      const receivedAt = now();
      const access = options.eventsAccess({ url: request.originalUrl, headers: headersOf(request), body, receivedAt });
      if (access === 'off') return json(response, 403, { error: CLOSED });
      if (access !== 'ok') return json(response, 401, { error: `the token or signature is ${access}` });
      let read;
      try {
        read = readCanonicalBody(body, headersOf(request), { receivedAt });
      } catch (error) {
        if (error instanceof TooManyEvents) return json(response, 413, { error: error.message });
        if (!(error instanceof SyntaxError)) return answer(response, 503); // thrown in a callback of the socket it would end the process
        return json(response, 400, { error: 'the body is neither a JSON array, nor an object, nor lines of JSON' });
      }
      pipeline.events(read, (status, _reason, result) => json(last(response), status, result ?? { error: WORDS[status] ?? 'not available' }));
    });
  });

  // The handshake of CloudEvents' web hooks: a sender asks before it sends, and is known by its token or signature afterwards.
  app.options('/v1/events', (request, response) => {
    if (options.eventsAccess({ ...webhookOf(request, new Uint8Array(), now()), headers: {} }) === 'off') return json(response, 403, { error: CLOSED });
    const origin = request.headers['webhook-request-origin'];
    const isAsked = typeof origin === 'string' && /^[\w.:-]{1,253}$/.test(origin);
    response.writeHead(200, { allow: 'POST, OPTIONS', ...(isAsked && { 'webhook-allowed-origin': origin, 'webhook-allowed-rate': '*' }), 'content-length': 0 }).end();
  });

  if (options.follow) serveLinks(app, options.follow);

  app.use((request, response) => drop(request, response, 404));
  // What express itself refuses (a path that cannot be decoded) is the sender's mistake; ours are answered so that it is sent again.
  app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    const status = (error as { status?: unknown } | null)?.status;
    answer(response, typeof status === 'number' && status < 500 ? 400 : 503);
  });
  return app;
}

function webhookOf(request: Request, body: Uint8Array, receivedAt: number): WebhookRequest {
  return { method: request.method, url: request.originalUrl, headers: headersOf(request), body, receivedAt };
}

/** Node joins repeated headers itself, set-cookie apart, which no provider sends. */
const headersOf = (request: Request): WebhookRequest['headers'] => request.headers as WebhookRequest['headers'];

const HEADERS = Object.fromEntries(Object.entries(WORDS).map(([status, words]) => [status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': words.length + 1 }]));

function answer(response: Response, status: number): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, HEADERS[status]).end(`${WORDS[status] ?? ''}\n`);
}

/** What the provider of the webhook wants to read. */
function say(response: Response, { type, body }: NonNullable<ReturnType<Pipeline['reply']>>): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
}

function json(response: Response, status: number, value: unknown): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
}

/** Answers without reading the rest; the connection is closed because its next bytes would be that rest. */
function drop(request: Request, response: Response, status: number): void {
  if (!response.headersSent && !request.complete) response.setHeader('connection', 'close');
  answer(response, status);
  request.resume();
}
