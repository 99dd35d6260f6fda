import type { WebhookRequest } from './source.ts';

/** The query of the address the provider was given. */
export function queryOf({ url }: Pick<WebhookRequest, 'url'>): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

/** What stands in `Authorization`, with `Bearer` before it or bare. */
export const headerTokenOf = ({ headers }: Pick<WebhookRequest, 'headers'>): string | undefined => headers['authorization']?.replace(/^Bearer +/i, '').trim() || undefined;

/**
 * The key a sender shows where it signs nothing: in `Authorization` (bare, after `Bearer`, or as password of Basic; as its user when the
 * password is empty or `X`), else as `?key=` in the address.
 */
export function shownKeyOf(request: Pick<WebhookRequest, 'headers' | 'url'>): string | null | undefined {
  const basic = /^Basic +([\w+/=-]+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  if (basic === undefined) return headerTokenOf(request) ?? queryOf(request).get('key');
  const [, user = '', password = ''] = /^([^:]*):?(.*)$/s.exec(Buffer.from(basic, 'base64').toString('utf8')) ?? [];
  return /^X?$/i.test(password) ? user : password;
}
