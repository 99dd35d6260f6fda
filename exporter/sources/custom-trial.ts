/** Runs a mapping on recorded bodies and says what came out, and what is missing. */
import { readMapped, feedsOf } from './custom.ts';
import type { Constant, Mapping } from './mapping.ts';
import { CAPABILITIES, type Capability } from './source.ts';
import type { WebhookRequest } from './source.ts';

/** `events` are in the notation of docs/events.md, their texts and numbers as a length. Rules and bodies count from 0 and 1, as the file and the reader do. */
export interface Trial {
  readonly events: readonly Readonly<Record<string, Constant>>[];
  /** What could not be read; without a rule: the body itself. */
  readonly troubles: readonly { readonly body: number; readonly rule?: number; readonly field?: string; readonly why: string }[];
  readonly ignored: number;
  /** The platform's words for what no rule takes. */
  readonly unknown: readonly string[];
  /** Fields that were not there, and what is lost with them. */
  readonly advice: readonly string[];
  readonly unused: readonly { readonly rule: number; readonly kind: string }[];
  /** What no rule tells at all. */
  readonly cannot: readonly string[];
}

/** Tries bodies as if they came just now. Signatures are not looked at. */
export function tryMapping(mapping: Mapping, bodies: readonly string[], around: Pick<WebhookRequest, 'receivedAt'> & { readonly headers: Readonly<Record<string, string>> }): Trial {
  const events: Readonly<Record<string, Constant>>[] = [];
  const troubles: { body: number; rule?: number; field?: string; why: string }[] = [];
  const unknown: string[] = [];
  const used = new Set<number>();
  let ignored = 0;
  bodies.forEach((body, index) => {
    const taken: { rule: number; fields: ReadonlyMap<string, Constant> }[] = [];
    try {
      const parsed = readMapped(mapping, { method: 'POST', url: '/', body: Buffer.from(body), ...around }, mapping.name, {
        item(rule, fields, trouble) {
          used.add(rule);
          if (trouble) troubles.push({ body: index + 1, rule, ...trouble });
          else taken.push({ rule, fields });
        },
      });
      ignored += parsed.ignored.length;
      unknown.push(...parsed.unknown);
      parsed.events.forEach((event, at) => events.push({ kind: event.kind, id: event.id, ...shown(taken[at]!.fields) })); // one item per event, in its order
      const twice = parsed.events.map(({ id }) => id).filter((id, at, all) => all.indexOf(id) < at);
      for (const id of new Set(twice)) troubles.push({ body: index + 1, field: 'id', why: `${id} stands for two events: the second would count as sent again` });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      troubles.push({ body: index + 1, why: mapping.body === 'object' ? 'is not one JSON object' : mapping.body === 'list' ? 'is not a JSON list of objects' : 'is not a form' });
    }
  });
  const feeds = feedsOf(mapping);
  return {
    events, troubles, ignored, unknown, advice: adviceOn(events),
    unused: mapping.rules.flatMap(({ kind }, rule) => (used.has(rule) || kind === 'ignored' ? [] : [{ rule, kind }])),
    cannot: CAPABILITIES.filter((each) => feeds[each] === undefined).map((each) => `${each}: ${WITHOUT[each]}`),
  };
}

/** Without the id, which is shown as it came out, and with lengths instead of what people wrote. */
const shown = (fields: ReadonlyMap<string, Constant>): Readonly<Record<string, Constant>> =>
  Object.fromEntries([...fields].filter(([name]) => name !== 'id').map(([name, value]) => [name,
    name === 'text' ? `(${String(value).length} characters)` : name === 'phone' ? `(${String(value).replace(/\D/g, '').length} digits)`
      : name === 't' || name === 'up_to' ? new Date(Number(value)).toISOString() : value]));

const WITHOUT: Readonly<Record<Capability, string>> = {
  messages: 'no conversations without message.inbound', replies: 'no response times without message.outbound', agents: 'no figures per agent without author_id of message.outbound',
  receipts: 'no delivery and read rates without message.status', assignment: 'no queue times and transfers without conversation.assigned',
  resolution: 'conversations end by silence without conversation.resolved', ratings: 'no CSAT without survey.answered, unless customers answer in the chat',
  topics: 'topics from words alone without conversation.classified', orders: 'no conversions without conversion.recorded',
};

/** What each kind is better with. */
const BETTER: readonly { readonly kind: RegExp; readonly field: string; readonly lost: string; readonly when?: (event: Readonly<Record<string, Constant>>) => boolean }[] = [
  { kind: /^(message|conversation)\./, field: 'contact', lost: 'customers cannot be told apart: no returning, no issues over several conversations', when: (event) => event['kind'] !== 'message.status' },
  { kind: /^message\.(in|out)bound$/, field: 'channel', lost: 'counted under the channel "other"' },
  { kind: /^message\.(in|out)bound$/, field: 'inbox', lost: 'counted under the inbox "default"' },
  { kind: /^message\.inbound$/, field: 'text', lost: 'no language, topic and sentiment', when: (event) => (event['content'] ?? 'text') === 'text' },
  { kind: /^message\.inbound$/, field: 'phone', lost: 'no country' },
  { kind: /^message\.outbound$/, field: 'author_id', lost: 'the reply counts for no agent', when: (event) => event['author'] === 'agent' },
  { kind: /^message\.status$/, field: 'error_code', lost: 'failures without a reason', when: (event) => event['status'] === 'failed' },
  { kind: /^survey\./, field: 'type', lost: 'taken for CSAT' },
  { kind: /^conversion\.recorded$/, field: 'value', lost: 'orders without money' },
  { kind: /^conversion\.recorded$/, field: 'contact', lost: 'the order belongs to no conversation' },
];

function adviceOn(events: readonly Readonly<Record<string, Constant>>[]): readonly string[] {
  return BETTER.flatMap(({ kind, field, lost, when }) => {
    const lacking = events.filter((event) => kind.test(String(event['kind'])) && (when?.(event) ?? true) && event[field] === undefined);
    const kinds = [...new Set(lacking.map((event) => String(event['kind'])))];
    return lacking.length === 0 ? [] : [`${field} of ${kinds.join(', ')} (${lacking.length} without): ${lost}`];
  });
}
