import type { Express, Request } from 'express';
import type { Follow } from '../ingest/clicks.ts';

/** `GET /l/<code>`: leads on to where the code says, and to nowhere else. */
export function serveLinks(app: Express, follow: Follow): void {
  app.get('/l/:code', (request, response) => { // HEAD as well
    const location = follow(request.params.code, { method: request.method, headers: request.headers, address: addressOf(request) });
    if (location === undefined) return void response.writeHead(404, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' }).end('this link is not known\n');
    response.writeHead(302, { ...HEADERS, location, 'content-length': 0 }).end();
  });
}

/** Every click has to reach us, the address of the link is nobody else's business, and search engines have the target itself. */
const HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex, nofollow', 'x-content-type-options': 'nosniff' } as const;

/** As a proxy tells it, or the peer. It only tells clicks apart, so that anybody can write it does no harm. */
const addressOf = (request: Request): string => String(request.headers['x-forwarded-for'] ?? request.socket.remoteAddress ?? '').slice(0, 100);
