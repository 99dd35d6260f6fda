import type { WebhookRequest } from './source.ts';

/** The query of the address the provider was given. */
export function queryOf({ url }: Pick<WebhookRequest, 'url'>): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
}

/** What stands in `Authorization`, with `Bearer` before it or bare. */
export const headerTokenOf = ({ headers }: Pick<WebhookRequest, 'headers'>): string | undefined => headers['authorization']?.replace(/^Bearer +/i, '').trim() || undefined;
