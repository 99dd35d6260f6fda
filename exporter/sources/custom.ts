/** Sources without a file: an adapter made of a mapping. */
import { fieldsOf, readEvent, type EventField } from './canonical-event.ts';
import { answerOf, verifyMapped } from './custom-access.ts';
import { digestOf } from './digest.ts';
import { nameOf, noFindings, type Findings } from './findings.ts';
import { isRecord, parseExactObject, phoneOf } from './json.ts';
import { holds, itemsAt, lookup, valueOf, type Found, type Scope } from './mapping-values.ts';
import { declarationOf, type Constant, type Mapping, type Rule } from './mapping.ts';
import type { Capability, Feeds, Parsed, Secrets, SourceAdapter, WebhookRequest } from './source.ts';

/** Hears what became of each item, for `sources try`. */
export interface Witness {
  /** @param fields as mapped, before they were checked @param trouble the field at fault, and why */
  item(rule: number, fields: ReadonlyMap<string, Constant>, trouble?: { readonly field: string; readonly why: string }): void;
}

/** An adapter that does what the mapping says. */
export const customSource = (mapping: Mapping): SourceAdapter => ({
  ...declarationOf(mapping),
  retries: mapping.retries,
  ...(mapping.authentication.by === 'query' && { pasted: { query: `${mapping.authentication.parameter}=…` } }),
  feeds: feedsOf(mapping),
  verify: (request, secrets) => verifyMapped(mapping.authentication, request, secrets),
  ...(mapping.handshake && { handshake: (request: WebhookRequest, secrets: Secrets) => answerOf(mapping.handshake, request, secrets) }),
  parse: (request, context) => readMapped(mapping, request, context.source),
});

/** Reads a body by its mapping. @throws SyntaxError when it is not of the form the mapping says */
export function readMapped(mapping: Mapping, request: WebhookRequest, source: string, witness?: Witness): Parsed {
  const found = noFindings();
  for (const body of bodiesOf(mapping, request.body)) readBody({ mapping, source, found, witness }, { body, items: new Map(), request });
  return found;
}

interface Line { readonly mapping: Mapping; readonly source: string; readonly found: Findings; readonly witness: Witness | undefined }

function readBody(line: Line, whole: Scope): void {
  const { mapping, found } = line;
  /** Items of arrays that some rule looked at, and whether any of them wanted it. */
  const seen = new Map<unknown, { scope: Scope; taken: boolean }>();
  let taken = false;
  mapping.rules.forEach((rule, index) => {
    const isOfItems = (test: Rule['when'][number]): boolean => 'path' in test.place && rule.each.some(({ name }) => name === (test.place as { path: readonly unknown[] }).path[0]);
    if (!rule.when.every((test) => isOfItems(test) || holds(test, whole))) return;
    for (const scope of scopesOf(rule, whole)) {
      const isWanted = rule.when.every((test) => holds(test, scope));
      const item = [...scope.items.values()].at(-1);
      if (isRecord(item)) seen.set(item, { scope, taken: isWanted || (seen.get(item)?.taken ?? false) });
      if (!isWanted) continue;
      taken = true;
      readItem(line, rule, index, scope);
    }
  });
  const left = [...seen.values()].filter((item) => !item.taken);
  if (!taken) found.unknown.push(wordAt(mapping, left[0]?.scope ?? whole));
  else for (const { scope } of left) found.unknown.push(wordAt(mapping, scope));
}

const wordAt = (mapping: Mapping, scope: Scope): string => nameOf(mapping.type && lookup(mapping.type, scope));

/** The body, or one scope for each item of the innermost array. */
function scopesOf(rule: Rule, whole: Scope): readonly Scope[] {
  return rule.each.reduce<readonly Scope[]>((scopes, { name, path }) =>
    scopes.flatMap((scope) => itemsAt(path, scope).map((item) => ({ ...scope, items: new Map([...scope.items, [name, item]]) }))), [whole]);
}

function readItem({ found, source, witness }: Line, rule: Rule, index: number, scope: Scope): void {
  if (rule.kind === 'ignored') return void found.ignored.push('ignored');
  const known = fieldsOf(rule.kind) ?? NO_FIELDS;
  const fields = new Map<string, Constant>();
  for (const [name, value] of rule.fields) {
    const result = fit(name, valueOf(value, scope, known.get(name) ?? ANYTHING));
    if ('value' in result) fields.set(name, result.value);
    else if (result.trouble === 'unlisted') {
      witness?.item(index, fields, { field: name, why: 'the table does not have this word' });
      return void found.unknown.push(`${name}.${nameOf(result.word)}`);
    } else if (result.trouble === 'form') {
      witness?.item(index, fields, { field: name, why: value.time ? `is no time in ${value.time.unit === 'iso' ? 'ISO 8601 with a zone' : value.time.unit}` : 'has another form' });
      return void found.malformed.push(`${rule.kind}.${name}`);
    }
  }
  const missing = missingOf(known, fields);
  if (missing !== undefined) {
    witness?.item(index, fields, { field: missing, why: 'is not there' });
    return void found.malformed.push(`${rule.kind}.${missing}`);
  }
  const read = readEvent(eventOf(rule, fields, source), { receivedAt: scope.request.receivedAt });
  if ('event' in read) found.events.push(read.event);
  else found.malformed.push(`${rule.kind}.${read.reason.split(':')[0]!.replace(/[^\w.]/g, '_')}`);
  witness?.item(index, fields, 'event' in read ? undefined : { field: read.reason.split(':')[0]!, why: read.reason.split(': ')[1] ?? read.reason });
}

/** The first field that the kind cannot do without. */
function missingOf(known: ReadonlyMap<string, EventField>, fields: ReadonlyMap<string, Constant>): string | undefined {
  for (const [name, field] of known) if (field.required && name !== 'id' && !fields.has(name)) return name;
  return undefined;
}

/** Fields that become keyed hashes, or are gone after `ingest`: they may hold anything. */
const UNKEPT: ReadonlySet<string> = new Set(['id', 'message', 'conversation', 'contact', 'text', 'phone', 'survey', 'order', 'run', 'from', 'into']);

/** What is stored as it stands is short and has nothing invisible in it; an inbox is a label, so spaces become `-`. */
function fit(name: string, found: Found): Found {
  if (!('value' in found)) return found;
  if (name === 'phone') {
    const value = phoneOf(found.value); // it gives a country and no more: without one the event is still good
    return value === undefined ? { trouble: 'absent' } : { value };
  }
  if (typeof found.value !== 'string' || UNKEPT.has(name)) return found;
  if (name === 'inbox') {
    const value = found.value.trim().replace(/ +/g, '-');
    return /^[\w.:@-]{1,80}$/.test(value) ? { value } : { trouble: 'form' };
  }
  return found.value.length <= 200 && !/\p{C}/u.test(found.value) ? found : { trouble: 'form' };
}

const NO_FIELDS: ReadonlyMap<string, EventField> = new Map();
const ANYTHING: EventField = { required: false, accepts: () => true };

/** Fields that say nothing about what happened, or that are gone after `ingest`. */
const NOT_IDENTIFYING: ReadonlySet<string> = new Set(['text', 'phone']);

/**
 * In the notation of docs/events.md. An id belongs to its kind, because one delivery may be told as several events; a message is its own
 * identity. Without an id what was said is the identity, so a redelivery is one as long as it says the same.
 */
function eventOf({ kind, fields: values }: Rule, fields: ReadonlyMap<string, Constant>, source: string): unknown {
  const event: Record<string, unknown> = { kind, source };
  for (const [name, value] of fields) {
    const [outer = name, inner] = name.split('.');
    event[outer] = inner === undefined ? value : { ...(event[outer] as object | undefined), [inner]: value }; // only made here
  }
  const isMessage = kind === 'message.inbound' || kind === 'message.outbound';
  const id = fields.get('id');
  if (id !== undefined && id !== null) event['id'] = isMessage ? id : `${kind}:${String(id)}`;
  else if (isMessage && event['message'] !== undefined) event['id'] = event['message'];
  else {
    const said = [...fields].filter(([name]) => !NOT_IDENTIFYING.has(name) && !values.get(name)?.received);
    event['id'] = `${kind}:${digestOf(...said.flat().map((part) => (typeof part === 'boolean' ? String(part) : part)))}`;
  }
  return event;
}

function bodiesOf({ body: form }: Mapping, bytes: Uint8Array): readonly unknown[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (form === 'object') return [parseExactObject(bytes)];
  if (form === 'form') {
    const text = buffer.toString('utf8');
    if (!text.includes('=')) throw new SyntaxError('the body is not a form');
    return [Object.fromEntries(new URLSearchParams(text))];
  }
  // Inside an object, so that numbers keep their digits as everywhere.
  const { list } = parseExactObject(Buffer.concat([Buffer.from('{"list":'), buffer, Buffer.from('}')]));
  if (!Array.isArray(list) || !list.every(isRecord)) throw new SyntaxError('the body is not a list of objects');
  return list;
}

/** What a mapping can tell. */
export function feedsOf({ rules }: Pick<Mapping, 'rules'>): Feeds {
  const has = (kind: string, field?: string): boolean => rules.some((rule) => rule.kind === kind && (field === undefined || rule.fields.has(field)));
  const told: Readonly<Record<Capability, boolean>> = {
    messages: has('message.inbound'), replies: has('message.outbound'), agents: has('message.outbound', 'author_id'),
    receipts: has('message.status') || has('message.watermark'), assignment: has('conversation.assigned') || has('conversation.snapshot', 'agent'),
    resolution: has('conversation.resolved') || has('conversation.snapshot', 'status'), ratings: has('survey.answered'),
    topics: has('conversation.classified') || has('conversation.snapshot', 'topic'), orders: has('conversion.recorded'),
  };
  return Object.fromEntries(Object.entries(told).filter(([, yes]) => yes).map(([name]) => [name, 'yes']));
}
