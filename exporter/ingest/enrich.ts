/** Where personal data ends: what comes in holds ids, numbers and texts of people, what goes out holds keyed hashes and labels. */
import type { CanonicalEvent, Kind, ParsedEvent, Payload } from '../core/event.ts';
import type { SettingsFor } from '../core/settings.ts';
import { countryOf } from './country.ts';
import type { Understand } from './understand.ts';
import { hashedLabel, pseudonymOf, type Named } from './pseudonym.ts';

/** What turns provider ids into pseudonyms. */
export interface EnricherOptions {
  /** Secret of the keyed hashes; never rotated. */
  readonly key: string;
  readonly settingsFor: SettingsFor;
  /** Reads the texts; without it messages carry what their source says and no more. */
  readonly understand?: Understand;
}

/** The door: behind it nothing knows a person. */
export interface Enricher {
  /** The event as it is stored; undefined when its kind or time cannot be right, which counts as rejected. */
  enrich(event: ParsedEvent): CanonicalEvent | undefined;
}

/** 2005-01-01: no messaging product is older, so the time was misread. */
const EARLIEST = 1_104_537_600_000;
const TEN_YEARS = 10 * 365.25 * 86_400_000;

/** Equal keys give equal pseudonyms, in every process. */
export function createEnricher({ key, settingsFor, understand }: EnricherOptions): Enricher {
  return {
    enrich(event) {
      const { source, receivedAt } = event;
      const fields = FIELDS.get(event.kind);
      if (!fields || !(event.t >= EARLIEST && event.t <= receivedAt + TEN_YEARS)) return undefined;

      const inbox = storable(event.inbox, LONGEST_INBOX);
      const ahead = event.t - receivedAt > settingsFor(source, inbox).clockSkewSeconds * 1000;
      const out: Record<string, unknown> = {
        id: undefined, source, kind: event.kind, t: ahead ? receivedAt : Math.trunc(event.t), receivedAt, channel: event.channel, inbox,
      };
      if (ahead) out['clamped'] = true;
      if (Number.isSafeInteger(event.seq)) out['seq'] = event.seq;
      if (event.conversation !== undefined) out['conversation'] = pseudonymOf(key, 'conversation', source, event.conversation);
      if (event.contact !== undefined) out['contact'] = pseudonymOf(key, 'contact', event.contactSource ?? source, event.contact);

      // Fields are read by name, from the list of the kind. What the source says goes before what a text says.
      const said = event as unknown as Readonly<Record<string, unknown>>;
      const read = understand?.(event);
      for (let i = 0; i < fields.length; i++) {
        const [name, clean] = fields[i]!;
        const fromText = read?.[name];
        const value = fromText !== undefined && (said[name] === undefined || OVERRULED.has(name)) ? fromText : said[name];
        if (value === undefined) continue;
        const cleaned = value === null ? null : clean(value, key, source);
        if (cleaned !== undefined) out[name] = cleaned;
      }
      identify(out, event, key);
      if (event.kind === 'message.inbound' && event.phone !== undefined && event.country === undefined) {
        const country = countryOf(event.phone);
        if (country !== undefined) out['country'] = country;
      }
      return out as unknown as CanonicalEvent; // built from the complete list of fields below, which the compiler checks
    },
  };
}

/** A message is its own identity: a second event about it is a duplicate, whatever id it came with. */
function identify(out: Record<string, unknown>, event: ParsedEvent, key: string): void {
  if (event.kind !== 'message.inbound' && event.kind !== 'message.outbound') {
    out['id'] = pseudonymOf(key, 'event', event.source, event.id);
    return;
  }
  out['id'] = out['message'];
  if (event.id !== event.message) out['twin'] = pseudonymOf(key, 'event', event.source, event.id);
}

/** The stored form of one field; undefined drops it. */
type Clean = (value: unknown, key: string, source: string) => unknown;

const named = (kind: Named): Clean => (value, key, source) => pseudonymOf(key, kind, source, String(value));
const message = named('message');
const contact = named('contact');
const flag: Clean = (value) => (typeof value === 'boolean' ? value : undefined);
const amount: Clean = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);

/** Letters of any script, digits and a little punctuation. What looks like an address, a phone number or free text is hashed. */
const label: Clean = (value, key) => {
  const text = String(value);
  return /^[\p{L}\p{M}\p{N}_ .:/-]{1,64}$/u.test(text) ? text : hashedLabel(key, text);
};
/** `pt_BR` is `pt`: a label of a few dozen values. */
const language: Clean = (value) => /^([a-z]{2,3})(?:[-_].*)?$/i.exec(String(value))?.[1]?.toLowerCase();
const country: Clean = (value) => (/^[a-z]{2}$/i.test(String(value)) ? String(value).toUpperCase() : undefined);
const surveyId: Clean = (value, key) => {
  const text = String(value);
  return /^[\w.:-]{1,64}$/.test(text) ? text : hashedLabel(key, text);
};
const labels = (...names: readonly string[]): Clean => (value, key, source) => {
  if (typeof value !== 'object' || value === null) return undefined;
  const out: Record<string, unknown> = {};
  for (const name of names) {
    const part = (value as Record<string, unknown>)[name]; // an object: checked above
    if (part !== undefined) out[name] = typeof part === 'boolean' ? part : label(part, key, source);
  }
  return out;
};

const amounts = (...names: readonly string[]): Clean => (value) => {
  if (typeof value !== 'object' || value === null) return undefined;
  const parts = names.map((name) => [name, (value as Record<string, unknown>)[name]] as const); // an object: checked above
  return Object.fromEntries(parts.filter(([, part]) => typeof part === 'number' && Number.isFinite(part)));
};

type Of<K extends Kind, P = Payload> = P extends { readonly kind: infer Kinds } ? (K extends Kinds ? P : never) : never;
/** Every field of every kind: a new one does not compile until it says what becomes of it. */
type Table = { readonly [K in Kind]: Readonly<Record<Exclude<keyof Of<K>, 'kind'>, Clean>> };

const survey = { survey: surveyId, type: label, message };
const consent = { purpose: label, method: label };
const flow = { flow: label, run: named('run'), step: label };

const TABLE: Table = {
  'message.inbound': {
    message, content: label, needsReply: flag, surveyAnswer: flag, optOut: flag, referral: label, language, country,
    sentiment: label, sentimentScore: amount, topic: label, rating: amounts('value', 'of'),
  },
  'message.outbound': {
    message, content: label, author: label, authorId: label, template: labels('name', 'category'), campaign: label, expectsReply: flag,
    fallback: flag, market: label, survey: labels('type', 'scale'), length: amount, emoji: amount, shingles: label,
  },
  'message.status': { message, status: label, errorCode: label, pricing: labels('category', 'type', 'model', 'billable'), campaign: label },
  'message.watermark': { status: label, upTo: amount },
  'message.deleted': { message },
  'message.edited': { message },
  'note.created': {},
  'reaction.added': { by: label },
  'conversation.assigned': { toType: label, toId: label },
  'conversation.unassigned': {},
  'conversation.handoff': { by: label },
  'conversation.snoozed': {},
  'conversation.unsnoozed': {},
  'conversation.resolved': { by: label, byId: label, reason: label },
  'conversation.reopened': { by: label },
  'conversation.classified': { topic: label },
  'conversation.snapshot': { status: label, agent: label, team: label, topic: label },
  'survey.sent': { ...survey, scale: label },
  'survey.answered': { ...survey, score: amount },
  'sentiment.scored': { message, sentiment: label },
  'agent.status': { agent: label, status: label },
  'contact.created': { origin: label },
  'contact.merged': { from: contact, into: contact, by: label },
  'contact.deleted': {},
  'contact.erased': {},
  'consent.requested': consent,
  'consent.granted': consent,
  'consent.revoked': consent,
  'link.clicked': { message, link: label, automated: flag, campaign: label },
  'conversion.recorded': { order: named('order'), type: label, value: amount, currency: label },
  'flow.step': flow,
  'flow.completed': flow,
  'experiment.assigned': { experiment: label, variant: label },
};

const FIELDS: ReadonlyMap<string, readonly (readonly [string, Clean])[]> =
  new Map(Object.entries(TABLE).map(([kind, fields]) => [kind, Object.entries(fields)]));

/** A survey is automatic whoever sends it, and its scale belongs to its type. */
const OVERRULED: ReadonlySet<string> = new Set(['author', 'type']);

const LONGEST_INBOX = 128;

/** Without what Postgres refuses: NUL and halves of surrogate pairs. */
function storable(text: string, longest: number): string {
  const whole = text.length > longest ? text.slice(0, longest) : text;
  return whole.replaceAll('\0', '').toWellFormed();
}
