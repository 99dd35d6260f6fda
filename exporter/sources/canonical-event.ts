/** The canonical events in the notation of docs/events.md: snake_case, one closed set of fields per kind. */
import { z } from 'zod';
import {
  AGENT_STATUSES, AUTHORS, CHANNELS, CONTENTS, RECEIPTS, RESOLVERS, SENTIMENTS, SURVEY_SCALES, type Kind, type ParsedEvent,
} from '../core/event.ts';

/** How events are read that did not come through an adapter. */
export interface EventOptions {
  /** Our clock: epoch milliseconds. */
  readonly receivedAt: number;
  /** Whether `received_at` of an event replaces our clock: only for histories and examples, never for what strangers send. */
  readonly trustReceivedAt?: boolean;
  /** Hears the names of fields that a kind does not have, which are then left out instead of refusing the event; for examples. */
  readonly onUnknown?: (field: string) => void;
}

/** One field of a kind of event, for those who fill it from a declaration. */
export interface EventField {
  readonly required: boolean;
  /** What it may hold, where that is a closed set. */
  readonly words?: readonly string[];
  readonly accepts: (value: unknown) => boolean;
}

/** Names of all kinds. */
export const kindNames = (): readonly string[] => [...SCHEMAS.keys()];

/** The fields of a kind by name, those of an object inside as `pricing.category`; undefined for a kind that is not known. */
export const fieldsOf = (kind: string): ReadonlyMap<string, EventField> | undefined => FIELDS.get(kind);

function fieldsIn(schema: z.ZodObject): ReadonlyMap<string, EventField> {
  return new Map(Object.entries(schema.shape).filter(([name]) => !['kind', 'source', 'received_at'].includes(name)).flatMap(([name, type]) => {
    const [inner, isOptional] = unwrapped(type as z.ZodType); // a shape holds types
    if (!(inner instanceof z.ZodObject)) return [[name, fieldOf(type as z.ZodType, inner, !isOptional)] as const];
    return Object.entries(inner.shape).map(([part, partType]) => [`${name}.${part}`, fieldOf(partType as z.ZodType, unwrapped(partType as z.ZodType)[0], false)] as const);
  }));
}

function unwrapped(type: z.ZodType): readonly [z.ZodType, isOptional: boolean] {
  if (!(type instanceof z.ZodOptional) && !(type instanceof z.ZodDefault) && !(type instanceof z.ZodNullable)) return [type, false];
  return [unwrapped(type.unwrap() as z.ZodType)[0], true];
}

const fieldOf = (type: z.ZodType, inner: z.ZodType, required: boolean): EventField =>
  ({ required, ...(inner instanceof z.ZodEnum && { words: inner.options.map(String) }), accepts: (value) => type.safeParse(value).success });

/** Why there is no event: a field and never its value, and as much of its source and kind as was readable. */
export type Refusal = { readonly reason: string; readonly source: string; readonly kind: string };

/** Reads one JSON value. */
export function readEvent(item: unknown, { receivedAt, trustReceivedAt = false, onUnknown }: EventOptions): { readonly event: ParsedEvent } | Refusal {
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

/** Where an event belongs that names no source. */
export const DEFAULT_SOURCE = 'events';
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
  phone: z.string().max(40).transform((value) => value.replace(/\D/g, '')).optional(), email: z.string().max(254).optional(), contact_source: SOURCE.optional(), text: z.string().optional(),
};
/** Kinds that mean nothing without their conversation. */
const TALK = { ...ENVELOPE, conversation: id };

const kindOf = <K extends Kind, S extends z.ZodRawShape>(kind: K, shape: S, envelope: z.ZodRawShape = ENVELOPE): readonly [K, z.ZodObject] =>
  [kind, z.strictObject({ ...envelope, kind: z.literal(kind), ...shape })];

const survey = { survey: id, type: z.enum(['csat', 'nps']).optional(), message: id.optional() };
const consent = { purpose: word.optional(), method: z.enum(['single', 'double']).optional() };
const flow = { flow: word, run: id.optional() };

const SCHEMAS: ReadonlyMap<string, z.ZodObject> = new Map<string, z.ZodObject>([
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
  kindOf('conversation.snapshot', {
    status: z.enum(['open', 'pending', 'snoozed', 'resolved']).optional(), agent: id.nullable().optional(), team: id.nullable().optional(), topic: word.nullable().optional(),
  }, TALK),
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
  kindOf('link.clicked', { message: id.optional(), link: z.string().min(1).max(2048), automated: yes, campaign: word.optional() }),
  kindOf('conversion.recorded', { order: id, type: word.optional(), value: z.number().optional(), currency: word.optional() }),
  kindOf('flow.step', { ...flow, step: word }),
  kindOf('flow.completed', { ...flow, step: word.optional() }),
  kindOf('experiment.assigned', { experiment: word, variant: word }),
]);

const FIELDS: ReadonlyMap<string, ReadonlyMap<string, EventField>> = new Map([...SCHEMAS].map(([kind, schema]) => [kind, fieldsIn(schema)]));
