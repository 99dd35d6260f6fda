import type { SourceContext, WebhookRequest } from './source.ts';

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

/**
 * Scheme and host under which the sender may know us, for schemes that sign the address: as configured, else as the request names it.
 * Only whoever holds the secret can sign for any of them, so a false name opens nothing.
 */
export function originsOf({ headers }: Pick<WebhookRequest, 'headers'>, { publicUrl }: SourceContext): readonly string[] {
  if (publicUrl !== undefined) return [publicUrl.replace(/\/+$/, '')];
  const host = headers['x-forwarded-host'] ?? headers['host'];
  return host === undefined ? [] : [`https://${host}`, `http://${host}`];
}
