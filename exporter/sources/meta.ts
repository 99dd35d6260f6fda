/**
 * What WhatsApp, Messenger and Instagram have in common: handshake, signature, envelope.
 * https://developers.facebook.com/docs/graph-api/webhooks/getting-started
 */
import { isRecord, list, idOf, record } from './json.ts';
import type { Json } from './json.ts';
import { queryOf } from './request.ts';
import { verifySignature, verifyToken } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Secrets, Verdict, WebhookRequest } from './source.ts';

/** Over the bytes as sent: Meta escapes non-ASCII and slashes, so a body parsed and written again has another signature. */
export const META_SIGNATURE: SignatureScheme = {
  algorithm: 'sha256', encoding: 'hex', header: 'x-hub-signature-256', prefix: 'sha256=', signed: ['body'], key: 'text',
};

/** The configured secrets of every Meta adapter. One app secret per Meta app, so there may be several. */
export const META_SECRETS = [
  { name: 'app_secret', required: true, help: 'App secret of the Meta app (App settings > Basic): signs every webhook' },
  { name: 'verify_token', required: true, help: 'Text of your choice, typed in again next to the callback URL: proves the handshake' },
] as const;

export const verifyMeta = (request: WebhookRequest, secrets: Secrets): Verdict =>
  verifySignature(META_SIGNATURE, request, secrets['app_secret'] ?? []);

/** The challenge to send back as plain text, when the verify token is ours. */
export function metaHandshake(request: WebhookRequest, secrets: Secrets): string | undefined {
  // URLSearchParams keeps the dots of `hub.mode`; query parsers that build objects out of them lose the names.
  const query = queryOf(request);
  if (query.get('hub.mode') !== 'subscribe' || verifyToken(query.get('hub.verify_token'), secrets['verify_token'] ?? []) !== 'ok') return undefined;
  return query.get('hub.challenge') || undefined;
}

/** One thing in a body: a change of a subscribed field, or an item of a messaging list. */
export interface MetaItem {
  /** Account, page or profile id; `0` is the dashboard's test button. */
  readonly entry: string | undefined;
  /** The field of a change, or `messaging` or `standby`. Absent when the sender left it out. */
  readonly field: string | undefined;
  /** Seconds or milliseconds, by product; only some fields have one. */
  readonly entryTime: unknown;
  readonly value: Json;
}

/** The items of all entries, in order, and how many places held something that is no object. */
export function walkMeta(body: Json): { readonly items: readonly MetaItem[]; readonly broken: number } {
  const items: MetaItem[] = [];
  let broken = 0;
  for (const candidate of list(body['entry'])) {
    if (!isRecord(candidate)) { broken += 1; continue; }
    const entry = { entry: idOf(candidate['id']), entryTime: candidate['time'] };
    for (const change of list(candidate['changes'])) {
      // Some of Meta's own examples have `field` beside `changes` instead of inside.
      if (isRecord(change)) items.push({ ...entry, field: idOf(change['field'] ?? candidate['field']), value: record(change['value']) });
      else broken += 1;
    }
    for (const field of ['messaging', 'standby']) {
      for (const value of list(candidate[field])) {
        if (isRecord(value)) items.push({ ...entry, field, value });
        else broken += 1;
      }
    }
  }
  return { items, broken };
}
