/** The canonical events as anybody may send them: snake_case, one closed set of fields per kind. */
import { z } from 'zod';
import {
  AGENT_STATUSES, AUTHORS, CHANNELS, CONTENTS, RECEIPTS, RESOLVERS, SENTIMENTS, SURVEY_SCALES, type Kind, type ParsedEvent,
} from '../core/event.ts';

/** What one body held. `index` counts items from 0; a reason names a field and never its value. */
export interface CanonicalRead {
  readonly events: readonly { readonly index: number; readonly event: ParsedEvent }[];
  readonly rejected: readonly { readonly index: number; readonly reason: string; readonly source: string; readonly kind: string }[];
}

/** How events are read that did not come through an adapter. */
export interface ReadOptions {
  /** Our clock: epoch milliseconds. */
  readonly receivedAt: number;
  /** Whether `received_at` of an event replaces our clock: only for histories and examples, never for what strangers send. */
  readonly trustReceivedAt?: boolean;
  /** Hears the names of fields that a kind does not have, which are then left out instead of refusing the event; for examples. */
  readonly onUnknown?: (field: string) => void;
}

/** Items that one body may hold. Ten megabytes of `0,` are five million, whose answer would fill the memory. */
const MOST_ITEMS = 50_000;

/** A body with more items than anybody needs to send at once. */
export class TooManyEvents extends Error {
  override readonly name = 'TooManyEvents';
  constructor() {
    super(`more than ${MOST_ITEMS} events: send them in parts`);
  }
}

/** Reads a request body: a JSON array, one object, or NDJSON. @throws SyntaxError when it is none of them; TooManyEvents */
export function readCanonicalBody(body: Uint8Array, contentType: string | undefined, options: ReadOptions): CanonicalRead {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8').replace(/^\ufeff/, '').trim();
  const items = itemsOf(text, contentType?.toLowerCase().includes('ndjson') ?? false);
  if (items.length > MOST_ITEMS) throw new TooManyEvents();
  return readCanonical(items, options);
}

/** Reads events that are JSON values already; `BROKEN_LINE` among them is rejected. */
export function readCanonical(items: readonly unknown[], options: ReadOptions): CanonicalRead {
  const events: { index: number; event: ParsedEvent }[] = [];
  const rejected: { index: number; reason: string; source: string; kind: string }[] = [];
  items.forEach((item, index) => {
    const read = readOne(item, options);
    if ('reason' in read) rejected.push({ index, ...read });
    else events.push({ index, event: read.event });
  });
  return { events, rejected };
}

/** Stands for a line that is not JSON. */
const BROKEN_LINE = Symbol('broken line');

function itemsOf(text: string, isLines: boolean): readonly unknown[] {
  if (!isLines) {
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value !== 'object' || value === null) throw new SyntaxError('the body holds no events');
      return Array.isArray(value) ? value : [value];
    } catch (error) {
      // Several objects, one per line, come without their content type too.
      if (!/^\{.*\}[ \t\r]*\n\s*\{/.test(text)) throw new SyntaxError('the body is not JSON', { cause: error });
    }
  }
  return text.split('\n').filter((line) => line.trim() !== '').map((line): unknown => {
    try {
      return JSON.parse(line);
    } catch {
      return BROKEN_LINE; // rejected by its index; the other lines count
    }
  });
}

type Refusal = { readonly reason: string; readonly source: string; readonly kind: string };

function readOne(item: unknown, { receivedAt, trustReceivedAt = false, onUnknown }: ReadOptions): { readonly event: ParsedEvent } | Refusal {
  if (item === BROKEN_LINE) return { reason: 'is not JSON', ...NOBODY };
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return { reason: 'is not an object', ...NOBODY };
  const given = item as Readonly<Record<string, unknown>>; // an object: checked above
  const kind = given['kind'];
  const schema = typeof kind === 'string' ? SCHEMAS.get(kind) : undefined;
  if (!schema) return { reason: kind === undefined ? 'kind: is missing' : 'kind: is not known', ...NOBODY };
  // The catalogue's word for where a contact came from is also the envelope's.
  const isOrigin = kind === 'contact.created' && !Object.hasOwn(given, 'origin') && ORIGINS.some((origin) => origin === given['source']);
  const { source: origin, ...rest } = given;
  const whole = isOrigin ? { ...rest, origin } : given;
  const strict = schema.safeParse(whole);
  const result = strict.success || !onUnknown ? strict : schema.safeParse(withoutUnknown(whole, strict.error, onUnknown));
  if (!result.success) {
    const source = SOURCE.safeParse(given['source']);
    return { reason: reasonOf(result.error), source: source.success && !isOrigin ? source.data : DEFAULT_SOURCE, kind: kind as string }; // a key of SCHEMAS
  }
  const { received_at: theirs, ...fields } = result.data as Record<string, unknown>; // an object schema
  const event = camel(fields);
  event['receivedAt'] = trustReceivedAt && theirs !== undefined ? theirs : receivedAt;
  if (kind === 'message.inbound' || kind === 'message.outbound') event['message'] ??= event['id'];
  return { event: event as unknown as ParsedEvent }; // checked against the schema of its kind
}

/** A copy without the fields that no kind has there. */
function withoutUnknown(item: unknown, error: z.ZodError, onUnknown: (field: string) => void): unknown {
  const copy = structuredClone(item);
  for (const issue of error.issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const holder = issue.path.reduce<unknown>((value, name) => Reflect.get(value as object, name), copy); // the path leads to an object
    for (const name of issue.keys) {
      Reflect.deleteProperty(holder as object, name);
      onUnknown([...issue.path, name].join('.'));
    }
  }
  return copy;
}

function camel(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const name in fields) {
    if (fields[name] !== undefined) out[name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())] = fields[name];
  }
  return out;
}

/** Paths come from our schemas, so they are safe to repeat; messages of the library may quote and are not used. */
function reasonOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return 'is not valid';
  const words = issue.code === 'unrecognized_keys' ? 'has a field this kind does not have'
    : issue.code === 'invalid_value' ? 'is not one of its words'
      : issue.code === 'too_big' || issue.code === 'too_small' ? 'is too long, too short or out of range'
        : issue.code === 'invalid_type' ? 'is missing or of the wrong type'
          : issue.code === 'custom' ? 'must be ISO 8601 with a zone or epoch milliseconds' : 'is not valid';
  return issue.path.length === 0 ? words : `${issue.path.join('.')}: ${words}`;
}

const DEFAULT_SOURCE = 'events';
const NOBODY = { source: DEFAULT_SOURCE, kind: 'unknown' } as const;
const ORIGINS = ['inbound', 'ad', 'manual', 'import', 'api'] as const;

const SOURCE = z.string().regex(/^[a-z][\w.:-]{0,63}$/);
const id = z.union([z.string().min(1).max(512), z.int().transform(String)]);
const word = z.string().min(1).max(200);
const yes = z.boolean().optional();
/** A time as events may give it, as epoch milliseconds. */
export const instant = z.union([z.string(), z.number()]).transform((value, context): number => {
  const t = typeof value === 'number' ? value : /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(value) ? Date.parse(value) : NaN;
  // Below 1e11 it is seconds.
  if (Number.isFinite(t) && t > 1e11) return t;
  context.addIssue({ code: 'custom' });
  return z.NEVER;
});

const ENVELOPE = {
  id, t: instant, received_at: instant.optional(), source: SOURCE.default(DEFAULT_SOURCE), channel: z.enum(CHANNELS).default('other'),
  inbox: z.string().min(1).max(128).default('default'), seq: z.int().optional(), conversation: id.optional(), contact: id.optional(),
  phone: z.string().max(40).transform((value) => value.replace(/\D/g, '')).optional(), text: z.string().optional(),
};
/** Kinds that mean nothing without their conversation. */
const TALK = { ...ENVELOPE, conversation: id };

const kindOf = <K extends Kind, S extends z.ZodRawShape>(kind: K, shape: S, envelope: z.ZodRawShape = ENVELOPE): readonly [K, z.ZodType] =>
  [kind, z.strictObject({ ...envelope, kind: z.literal(kind), ...shape })];

const survey = { survey: id, type: z.enum(['csat', 'nps']).optional(), message: id.optional() };
const consent = { purpose: word.optional(), method: z.enum(['single', 'double']).optional() };
const flow = { flow: word, run: id.optional() };

const SCHEMAS: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  kindOf('message.inbound', {
    message: id.optional(), content: z.enum(CONTENTS).default('text'), needs_reply: yes, survey_answer: yes, opt_out: yes, referral: word.optional(),
    language: word.optional(), country: word.optional(),
  }, TALK),
  kindOf('message.outbound', {
    message: id.optional(), content: z.enum(CONTENTS).default('text'), author: z.enum(AUTHORS), author_id: id.optional(),
    template: z.strictObject({ name: word, category: word.optional() }).optional(), campaign: word.optional(), expects_reply: yes, fallback: yes,
    market: word.optional(),
  }, TALK),
  kindOf('message.status', {
    message: id, status: z.enum(RECEIPTS), error_code: id.optional(), campaign: word.optional(),
    pricing: z.strictObject({ category: word, type: word.optional(), model: word.optional(), billable: yes }).optional(),
  }),
  kindOf('message.watermark', { status: z.enum(['delivered', 'read']), up_to: instant }, TALK),
  kindOf('message.deleted', { message: id }),
  kindOf('message.edited', { message: id }),
  kindOf('note.created', {}),
  kindOf('reaction.added', { by: z.enum(['agent', 'contact']).optional() }),
  kindOf('conversation.assigned', { to_type: z.enum(['agent', 'team', 'bot']), to_id: id }, TALK),
  kindOf('conversation.unassigned', {}, TALK),
  kindOf('conversation.handoff', { by: z.enum(['bot', 'contact', 'rule']).optional() }, TALK),
  kindOf('conversation.snoozed', {}, TALK),
  kindOf('conversation.unsnoozed', {}, TALK),
  kindOf('conversation.resolved', { by: z.enum(RESOLVERS), by_id: id.optional(), reason: z.enum(['done', 'confirmed', 'inactivity']).optional() }, TALK),
  kindOf('conversation.reopened', { by: z.enum(RESOLVERS).optional() }, TALK),
  kindOf('conversation.classified', { topic: word }, TALK),
  kindOf('survey.sent', { ...survey, scale: z.enum(SURVEY_SCALES).optional() }),
  kindOf('survey.answered', { ...survey, score: z.number() }),
  kindOf('sentiment.scored', { message: id, sentiment: z.enum(SENTIMENTS) }),
  kindOf('agent.status', { agent: id, status: z.enum(AGENT_STATUSES) }),
  kindOf('contact.created', { origin: z.enum(ORIGINS) }),
  kindOf('contact.merged', { from: id, into: id }),
  kindOf('contact.deleted', {}),
  kindOf('contact.erased', {}),
  kindOf('consent.requested', consent),
  kindOf('consent.granted', consent),
  kindOf('consent.revoked', consent),
  kindOf('link.clicked', { message: id.optional(), link: z.string().min(1).max(2048), automated: yes }),
  kindOf('conversion.recorded', { order: id, type: word.optional(), value: z.number().optional(), currency: word.optional() }),
  kindOf('flow.step', { ...flow, step: word }),
  kindOf('flow.completed', { ...flow, step: word.optional() }),
  kindOf('experiment.assigned', { experiment: word, variant: word }),
]);
