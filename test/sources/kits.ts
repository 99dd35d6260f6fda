/** What the contract suite needs to know of each provider: how its requests look, and recorded shapes of its bodies. */
import { createHash, generateKeyPairSync, sign as signRsa } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { CHATWOOT_SIGNATURE } from '../../exporter/sources/chatwoot.ts';
import { CRISP_SIGNATURE } from '../../exporter/sources/crisp.ts';
import { PARTNER_SIGNATURE } from '../../exporter/sources/dialog360.ts';
import { FRONT_SIGNATURE } from '../../exporter/sources/front.ts';
import { HAPTIK_SIGNATURE } from '../../exporter/sources/haptik.ts';
import { hubspotScheme } from '../../exporter/sources/hubspot-signature.ts';
import { INTERCOM_SIGNATURE } from '../../exporter/sources/intercom.ts';
import { LINE_SIGNATURE } from '../../exporter/sources/line.ts';
import { META_SIGNATURE } from '../../exporter/sources/meta.ts';
import { RESPONDIO_SIGNATURE } from '../../exporter/sources/respondio.ts';
import { SHOPIFY_SIGNATURE } from '../../exporter/sources/shopify.ts';
import { sign } from '../../exporter/sources/signature.ts';
import { STRIPE_SIGNATURE } from '../../exporter/sources/stripe.ts';
import { TELEGRAM_TOKEN } from '../../exporter/sources/telegram.ts';
import { TRENGO_SIGNATURE } from '../../exporter/sources/trengo.ts';
import { paramsOf, signTwilio, TWILIO_SIGNATURE } from '../../exporter/sources/twilio-signature.ts';
import { VIBER_SIGNATURE } from '../../exporter/sources/viber.ts';
import { ZENDESK_SIGNATURE } from '../../exporter/sources/zendesk.ts';
import type { Secrets, WebhookRequest } from '../../exporter/sources/source.ts';

export interface SourceKit {
  /** As configured; the first value of each is what `signed` signs with. */
  readonly secrets: Secrets;
  /** What a genuine sender puts around the body at this time (epoch ms). */
  readonly signed: (body: Uint8Array, at: number, secret?: string) => Pick<WebhookRequest, 'url' | 'headers'>;
  /** Seconds after which a genuine request is too old; absent when the scheme has no clock. */
  readonly toleranceSeconds?: number;
  /** False where the sender shows a secret and signs nothing. */
  readonly signsBody?: false;
  /** True where customers choose the format of some bodies: those that are no JSON are unknown, not refused. */
  readonly takesAnyFormat?: true;
  /** The field whose items are things that happened, where a body may tell several; empty where the body is the list itself. */
  readonly list?: string;
  /** A body of a kind the adapter cannot know. */
  readonly unknown: unknown;
}

const signedByMeta: SourceKit['signed'] = (body, _at, secret = 'kettle-and-cup') =>
  ({ url: '/webhooks/meta', headers: { 'x-hub-signature-256': `sha256=${sign(META_SIGNATURE, secret, { body })}` } });

/** Sources that read the bodies of others. */
const BORROWED: Readonly<Record<string, readonly string[]>> = { meta: ['messenger', 'instagram'] };

/** Two key pairs by their public half, in one line as Freshchat shows it; short ones, because they protect nothing. */
const FRESHCHAT_KEYS: ReadonlyMap<string, KeyObject> = new Map([1, 2].map(() => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  return [publicKey.export({ type: 'spki', format: 'pem' }).toString().replaceAll('\n', ' ').trim(), privateKey];
}));

/** One object per adapter, under its id. */
export const KITS: Readonly<Record<string, SourceKit>> = {
  whatsapp: {
    secrets: { app_secret: ['kettle-and-cup', 'last-years-kettle'], verify_token: ['shelf'] },
    signed: signedByMeta,
    list: 'entry',
    unknown: { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'something_new', value: { metadata: { phone_number_id: '7' } } }] }] },
  },
  messenger: {
    secrets: { app_secret: ['kettle-and-cup', 'last-years-kettle'], verify_token: ['shelf'] },
    signed: signedByMeta,
    list: 'entry',
    unknown: { object: 'page', entry: [{ id: '1', time: 1_781_010_000_000, changes: [{ field: 'something_new', value: {} }] }] },
  },
  instagram: {
    secrets: { app_secret: ['kettle-and-cup', 'last-years-kettle'], verify_token: ['shelf'] },
    signed: signedByMeta,
    list: 'entry',
    unknown: { object: 'instagram', entry: [{ id: '1', time: 1_781_010_000_000, changes: [{ field: 'something_new', value: {} }] }] },
  },
  meta: {
    secrets: { app_secret: ['kettle-and-cup', 'last-years-kettle'], verify_token: ['shelf'] },
    signed: signedByMeta,
    list: 'entry',
    unknown: { object: 'page', entry: [{ id: '1', time: 1_781_010_000_000, changes: [{ field: 'something_new', value: {} }] }] },
  },
  twilio: {
    secrets: { auth_token: ['kettle-token', 'last-years-kettle-token'] },
    signed: (body, _at, secret = 'kettle-token') => {
      const isJson = /^\s*[[{]/.test(Buffer.from(body).toString());
      const url = isJson ? `/webhooks/twilio?bodySHA256=${createHash('sha256').update(body).digest('hex')}` : '/webhooks/twilio';
      return { url, headers: { 'x-forwarded-host': 'desk.example.com', [TWILIO_SIGNATURE]: signTwilio(secret, `https://desk.example.com${url}`, isJson ? '' : paramsOf(body)) } };
    },
    unknown: { specversion: '1.0', type: 'com.twilio.teapots.teapot.boiled', id: 'NO1', time: '2026-06-09T13:00:00Z', data: {} },
  },
  dialog360: {
    secrets: { platform_secret: ['kettle-platform', 'last-years-platform'] },
    signed: (body, _at, secret = 'kettle-platform') => ({ url: '/webhooks/dialog360', headers: { 'x-360dialog-signature': sign(PARTNER_SIGNATURE, secret, { body }) } }),
    list: 'entry',
    unknown: { object: 'whatsapp_business_account', entry: [{ id: '1', changes: [{ field: 'something_new', value: { metadata: { phone_number_id: '7' } } }] }] },
  },
  telegram: {
    secrets: { secret_token: ['kettle_token', 'last_years_token'] },
    signed: (_body, _at, secret = 'kettle_token') => ({ url: '/webhooks/telegram', headers: { [TELEGRAM_TOKEN]: secret } }),
    signsBody: false,
    unknown: { update_id: 1, something_new: {} },
  },
  viber: {
    secrets: { auth_token: ['kettle-viber', 'last-years-viber'] },
    signed: (body, _at, secret = 'kettle-viber') => ({ url: '/webhooks/viber', headers: { 'x-viber-content-signature': sign(VIBER_SIGNATURE, secret, { body }) } }),
    unknown: { event: 'something_new', timestamp: 1_781_010_000_000, message_token: 1 },
  },
  line: {
    secrets: { channel_secret: ['kettle-line', 'last-years-line'] },
    signed: (body, _at, secret = 'kettle-line') => ({ url: '/webhooks/line', headers: { 'x-line-signature': sign(LINE_SIGNATURE, secret, { body }) } }),
    list: 'events',
    unknown: { destination: 'U1', events: [{ type: 'something_new', timestamp: 1_781_010_000_000, source: { userId: 'U2' } }] },
  },
  chatwoot: {
    secrets: { secret: ['saucer', 'last-years-saucer'] },
    signed: (body, at, secret = 'saucer') => {
      const timestamp = String(Math.floor(at / 1000));
      return {
        url: '/webhooks/chatwoot',
        headers: { 'x-chatwoot-signature': `sha256=${sign(CHATWOOT_SIGNATURE, secret, { body, timestamp })}`, 'x-chatwoot-timestamp': timestamp },
      };
    },
    toleranceSeconds: 300,
    unknown: { event: 'something_new', id: 1 },
  },
  zendesk: {
    secrets: { secret: ['bread-bin', 'last-years-bread-bin'] },
    signed: (body, at, secret = 'bread-bin') => {
      const timestamp = new Date(at).toISOString();
      return {
        url: '/webhooks/zendesk',
        headers: { 'x-zendesk-webhook-signature': sign(ZENDESK_SIGNATURE, secret, { body, timestamp }), 'x-zendesk-webhook-signature-timestamp': timestamp },
      };
    },
    toleranceSeconds: 300,
    takesAnyFormat: true,
    unknown: { type: 'zen:event-type:ticket.teleported', id: '1', detail: { id: '5' }, time: '2026-06-09T13:00:00Z' },
  },
  intercom: {
    secrets: { client_secret: ['sugar-bowl', 'last-years-sugar-bowl'] },
    signed: (body, _at, secret = 'sugar-bowl') => ({ url: '/webhooks/intercom', headers: { 'x-hub-signature': `sha1=${sign(INTERCOM_SIGNATURE, secret, { body })}` } }),
    unknown: { type: 'notification_event', id: 'notif_1', topic: 'planet.moved', created_at: 1_781_010_000, data: { item: { type: 'planet', id: '1' } } },
  },
  'zendesk-messaging': {
    secrets: { key: ['egg-cup', 'last-years-egg-cup'] },
    signed: (_body, _at, secret = 'egg-cup') => ({ url: '/webhooks/zendesk-messaging', headers: { 'x-api-key': secret } }),
    signsBody: false,
    list: 'events',
    unknown: { app: { id: 'a' }, webhook: { id: 'w', version: 'v2' }, events: [{ id: 'e1', type: 'planet:moved', createdAt: '2026-06-09T13:00:00Z', payload: {} }] },
  },
  front: {
    secrets: { signing_key: ['butter-dish', 'last-years-butter-dish'] },
    signed: (body, at, secret = 'butter-dish') => ({
      url: '/webhooks/front',
      headers: { 'x-front-signature': sign(FRONT_SIGNATURE, secret, { body, timestamp: String(at) }), 'x-front-request-timestamp': String(at) },
    }),
    toleranceSeconds: 300,
    unknown: { type: 'planet_moved', id: 'evt_1', emitted_at: 1_781_010_000.5, conversation: { id: 'cnv_1' } },
  },
  freshchat: {
    secrets: { public_key: [...FRESHCHAT_KEYS.keys()] },
    signed: (body, _at, secret = [...FRESHCHAT_KEYS.keys()][0]!) => {
      const key = FRESHCHAT_KEYS.get(secret);
      return { url: '/webhooks/freshchat', headers: { 'x-freshchat-signature': key ? signRsa('RSA-SHA256', body, key).toString('base64') : 'Z3Vlc3M=' } };
    },
    unknown: { actor: { actor_type: 'user', actor_id: 'u' }, action: 'planet_moved', action_time: '2026-06-09T13:00:00Z', data: {} },
  },
  freshdesk: {
    secrets: { key: ['milk-jug', 'last-years-milk-jug'] },
    signed: (_body, _at, secret = 'milk-jug') => ({ url: '/webhooks/freshdesk?by=agent', headers: { authorization: `Basic ${Buffer.from(`replywatch:${secret}`).toString('base64')}` } }),
    signsBody: false,
    unknown: { freshdesk_webhook: { ticket_id: '11', triggered_event: '{planet:{from:3,to:1}}' } },
  },
  respondio: {
    secrets: { signing_key: ['pepper-mill', 'another-webhooks-pepper-mill'] },
    signed: (body, _at, secret = 'pepper-mill') => ({ url: '/webhooks/respondio', headers: { 'x-webhook-signature': sign(RESPONDIO_SIGNATURE, secret, { body }) } }),
    unknown: { event_type: 'planet.turned', event_id: 'e1', contact: { id: 1 } },
  },
  crisp: {
    secrets: { signing_secret: ['salt-cellar', 'last-years-salt-cellar'] },
    signed: (body, at, secret = 'salt-cellar') => ({
      url: '/webhooks/crisp', headers: { 'x-crisp-signature': sign(CRISP_SIGNATURE, secret, { body, id: String(at) }), 'x-crisp-request-timestamp': String(at) },
    }),
    unknown: { website_id: 'w', event: 'session:teleported', data: { session_id: 's' }, timestamp: 1_781_010_000_000 },
  },
  wati: {
    secrets: { key: ['tea-strainer', 'last-years-tea-strainer'] },
    signed: (_body, _at, secret = 'tea-strainer') => ({ url: `/webhooks/wati?key=${secret}`, headers: {} }),
    signsBody: false,
    unknown: { eventType: 'planetMoved', id: '1' },
  },
  trengo: {
    secrets: { signing_secret: ['cake-fork', 'another-webhooks-cake-fork'] },
    signed: (body, at, secret = 'cake-fork') => {
      const timestamp = String(Math.floor(at / 1000));
      return { url: '/webhooks/trengo?event=INBOUND', headers: { 'trengo-signature': `${timestamp};${sign(TRENGO_SIGNATURE, secret, { body, timestamp })}` } };
    },
    toleranceSeconds: 300,
    unknown: { ticket_id: '900', planet: 'moved' },
  },
  hubspot: {
    secrets: { client_secret: ['napkin-ring', 'last-years-napkin-ring'] },
    signed: (body, at, secret = 'napkin-ring') => {
      const [url, timestamp] = ['/webhooks/hubspot?currency=EUR', String(at)];
      const signature = sign(hubspotScheme('POST', `https://desk.example.com${url}`), secret, { body, timestamp });
      return { url, headers: { host: 'desk.example.com', 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': timestamp } };
    },
    toleranceSeconds: 300,
    list: '',
    unknown: [{ subscriptionType: 'planet.moved', eventId: 1, objectId: 1, occurredAt: 1_781_010_000_000 }],
  },
  'dialogflow-es': {
    secrets: { key: ['ladle', 'last-years-ladle'] },
    signed: (_body, _at, secret = 'ladle') => ({ url: `/webhooks/dialogflow-es?key=${secret}`, headers: {} }),
    signsBody: false,
    unknown: { planetMoved: {} },
  },
  'dialogflow-cx': {
    secrets: { key: ['colander', 'last-years-colander'] },
    signed: (_body, _at, secret = 'colander') => ({ url: '/webhooks/dialogflow-cx', headers: { authorization: `Bearer ${secret}` } }),
    signsBody: false,
    unknown: { planetMoved: {} },
  },
  kartly: {
    secrets: { secret: ['gravy-boat', 'last-years-gravy-boat'] },
    signed: (body, at, secret = 'gravy-boat') => {
      const timestamp = String(Math.floor(at / 1000));
      return { url: '/webhooks/kartly', headers: { 'x-kartly-signature': `sha256=${sign(CHATWOOT_SIGNATURE, secret, { body, timestamp })}`, 'x-kartly-timestamp': timestamp } };
    },
    toleranceSeconds: 300,
    unknown: { event: 'planet.moved', id: 'ev_1', occurred_at: '2026-06-09T13:00:00Z', data: {} },
  },
  haptik: {
    secrets: { secret_key: ['whisk', 'last-years-whisk'] },
    signed: (body, _at, secret = 'whisk') => ({ url: '/webhooks/haptik', headers: { 'x-hub-signature': `sha1=${sign(HAPTIK_SIGNATURE, secret, { body })}` } }),
    unknown: { event_name: 'planet_turned', timestamp: '2026-06-09T13:00:00Z', user: { auth_id: 'a' } },
  },
  shopify: {
    secrets: { secret: ['biscuit-tin', 'last-years-biscuit-tin'] },
    signed: (body, _at, secret = 'biscuit-tin') => ({ url: '/webhooks/shopify', headers: { 'x-shopify-hmac-sha256': sign(SHOPIFY_SIGNATURE, secret, { body }) } }),
    unknown: { planet: 'moved' },
  },
  stripe: {
    secrets: { secret: ['whsec_cake-stand', 'whsec_last-years-cake-stand'] },
    signed: (body, at, secret = 'whsec_cake-stand') => {
      const timestamp = String(Math.floor(at / 1000));
      return { url: '/webhooks/stripe', headers: { 'stripe-signature': `t=${timestamp},v1=${sign(STRIPE_SIGNATURE, secret, { body, timestamp })},v0=older` } };
    },
    toleranceSeconds: 300,
    unknown: { id: 'evt_9', object: 'event', type: 'planet.moved', created: 1_781_010_000, livemode: true, data: { object: {} } },
  },
  salesforce: {
    secrets: { key: ['toast-rack', 'last-years-toast-rack'] },
    signed: (_body, _at, secret = 'toast-rack') => ({ url: `/webhooks/salesforce?key=${secret}`, headers: {} }),
    signsBody: false,
    unknown: { attributes: { type: 'Planet__c' }, Id: 'a02000000000001AAA' },
  },
  'zoho-crm': {
    secrets: { token: ['jam-jar', 'last-years-jam-jar'] },
    signed: (_body, _at, secret = 'jam-jar') => ({ url: `/webhooks/zoho-crm?key=${secret}`, headers: {} }),
    signsBody: false,
    unknown: { module: 'Planets', operation: 'update', channel_id: '1', token: 'jam-jar' },
  },
  sendpulse: {
    secrets: { key: ['rolling-pin', 'last-years-rolling-pin'] },
    signed: (_body, _at, secret = 'rolling-pin') => ({ url: `/webhooks/sendpulse?key=${secret}`, headers: {} }),
    signsBody: false,
    list: '',
    unknown: [{ title: 'planet_turned', service: 'telegram', contact: { id: 'c' } }],
  },
  rasa: {
    secrets: { key: ['grater', 'last-years-grater'] },
    signed: (_body, _at, secret = 'grater') => ({ url: '/webhooks/rasa', headers: { authorization: `Bearer ${secret}` } }),
    signsBody: false,
    unknown: { event: 'planet_turned', sender_id: 'u', timestamp: 1_781_010_000.5 },
  },
  botpress: {
    secrets: { key: ['sieve', 'last-years-sieve'] },
    signed: (_body, _at, secret = 'sieve') => ({ url: '/webhooks/botpress/', headers: { 'x-secret-key': secret } }),
    signsBody: false,
    unknown: { type: 'planet_turned', data: { id: 'x' } },
  },
  manychat: {
    secrets: { key: ['corkscrew', 'last-years-corkscrew'] },
    signed: (_body, _at, secret = 'corkscrew') => ({ url: '/webhooks/manychat', headers: { authorization: secret } }),
    signsBody: false,
    unknown: { id: '1', event: 'planet_turned' },
  },
  chatfuel: {
    secrets: { key: ['nutcracker', 'last-years-nutcracker'] },
    signed: (_body, _at, secret = 'nutcracker') => ({ url: `/webhooks/chatfuel?key=${secret}`, headers: {} }),
    signsBody: false,
    unknown: { 'messenger user id': '1', event: 'planet_turned' },
  },
};

/** 2026-06-09T16:00:00Z: after everything in the fixtures. */
export const NOW = 1_781_020_800_000;

export const post = (body: Uint8Array | string, rest: Partial<WebhookRequest> = {}): WebhookRequest => ({
  method: 'POST', url: '/', headers: {}, receivedAt: NOW, ...rest, body: typeof body === 'string' ? Buffer.from(body) : body,
});

/** Raw bodies by name: `<name>.json` or `.form` has one, `<name>.ndjson` or `.forms` one per line. */
export function fixturesOf(id: string): ReadonlyMap<string, readonly Buffer[]> {
  const lenders = BORROWED[id];
  if (lenders) return new Map(lenders.flatMap((lender) => [...fixturesOf(lender)].map(([name, bodies]) => [`${lender} ${name}`, bodies] as const)));
  const folder = new URL(`fixtures/${id}/`, import.meta.url);
  return new Map(readdirSync(folder).map((file) => {
    const content = readFileSync(new URL(file, folder));
    const bodies = /\.(ndjson|forms)$/.test(file) ? content.toString().split('\n').filter((line) => line !== '').map((line) => Buffer.from(line)) : [content];
    return [file.replace(/\.((nd)?json|forms?|xml)$/, ''), bodies];
  }));
}
