/**
 * What Google Analytics 4 is told of clicks and conversions. No person, no text, no id of ours: the client is a keyed hash in the form Google
 * wants, made for this purpose alone.
 * https://developers.google.com/analytics/devguides/collection/protocol/ga4
 */
import { createHmac } from 'node:crypto';

/** A stored event on its way out. Pseudonyms are those of the log. */
export interface Forwardable {
  readonly id: string;
  readonly kind: 'link.clicked' | 'conversion.recorded';
  /** Epoch milliseconds UTC. */
  readonly t: number;
  /** The customer after merges; null: nobody knows. */
  readonly customer: string | null;
  readonly source: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The body of one request. */
export interface Measurement {
  readonly client_id: string;
  readonly timestamp_micros: number;
  readonly non_personalized_ads: true;
  readonly consent: { readonly ad_user_data: 'DENIED'; readonly ad_personalization: 'DENIED' };
  readonly events: readonly [{ readonly name: string; readonly params: Readonly<Record<string, string | number>> }];
}

/** Conversions by their type; Google's own names where it has one. */
const NAMES: ReadonlyMap<unknown, string> = new Map<unknown, string>([['refund', 'refund'], ['deal', 'close_convert_lead'], ['lead', 'generate_lead']]);
const LONGEST_VALUE = 100;
const HALF_HOUR = 1_800_000;

/** @param key of the pseudonyms: other than them, what leaves cannot be looked up in our log */
export function measurementOf(key: string, event: Forwardable): Measurement {
  const client = clientOf(key, event.customer ?? event.id); // somebody unknown is another one every time
  return {
    client_id: client, timestamp_micros: event.t * 1000, non_personalized_ads: true, consent: { ad_user_data: 'DENIED', ad_personalization: 'DENIED' },
    // Without these two an event counts but belongs to nobody's visit.
    events: [{ name: nameOf(event), params: { ...paramsOf(key, event), session_id: String(Math.floor(event.t / HALF_HOUR)), engagement_time_msec: 1 } }],
  };
}

const nameOf = ({ kind, data }: Forwardable): string => (kind === 'link.clicked' ? 'chat_link_click' : NAMES.get(data['type']) ?? 'purchase');

function paramsOf(key: string, { kind, data, source }: Forwardable): Record<string, string | number> {
  const campaign = typeof data['campaign'] === 'string' ? { chat_campaign: short(data['campaign']) } : {};
  if (kind === 'link.clicked') return { link_name: short(String(data['link'])), ...campaign };
  const { value, currency } = data;
  const money = typeof value === 'number' && typeof currency === 'string' && /^[A-Z]{3}$/.test(currency) ? { value, currency } : {}; // one without the other is refused
  return { transaction_id: hashOf(key, `order ${String(data['order'])}`).toString('hex').slice(0, 20), chat_source: source, ...money };
}

/** Two numbers with a dot between, as browsers' client ids are. */
function clientOf(key: string, customer: string): string {
  const hash = hashOf(key, `client ${customer}`);
  return `${hash.readUInt32BE(0)}.${hash.readUInt32BE(4)}`;
}

/** For outside only: an HMAC of these words is no pseudonym. */
const hashOf = (key: string, what: string): Buffer => createHmac('sha256', key).update(`web analytics\0${what}`).digest();

const short = (text: string): string => text.slice(0, LONGEST_VALUE);
