/**
 * Zendesk Support: ticket events of webhook event subscriptions. One action may send several events, in any order.
 * Bodies of triggers and automations are written by the account's admin, so there is no shape to read: they are unknown here.
 * https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/
 */
import type { AgentStatus } from '../core/event.ts';
import { nameOf, noFindings } from './findings.ts';
import { idOf, isRecord, parseObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { verifySignature } from './signature.ts';
import type { SignatureScheme } from './signature.ts';
import type { Parsed, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';
import { TICKET_EVENTS } from './zendesk-ticket.ts';
import type { TicketEvent } from './zendesk-ticket.ts';

/** Nothing stands between time and body. https://developer.zendesk.com/documentation/webhooks/verifying/ */
export const ZENDESK_SIGNATURE: SignatureScheme = {
  algorithm: 'sha256', encoding: 'base64', header: 'x-zendesk-webhook-signature', prefix: '', signed: ['timestamp', 'body'],
  timestamp: { header: 'x-zendesk-webhook-signature-timestamp', toleranceSeconds: 300, unit: 'iso' }, key: 'text',
};

/** Ticket events that move no clock. What closes a ticket for good comes after what solved it. */
const IGNORED: ReadonlySet<string> = new Set([
  'attachment_linked_to_comment', 'attachment_redacted_from_comment', 'brand_changed', 'comment_made_private', 'comment_redacted', 'custom_field_changed',
  'custom_status_changed', 'description_changed', 'email_ccs_changed', 'external_id_changed', 'followers_changed', 'form_changed', 'next_sla_breach_changed',
  'ola_policy_changed', 'organization_changed', 'permanently_deleted', 'priority_changed', 'problem_link_changed', 'requester_changed', 'schedule_changed',
  'sla_policy_changed', 'subject_changed', 'submitter_changed', 'task_due_at_changed', 'type_changed',
]);

/** Whole families of events that say nothing about conversations. */
const FAMILIES = /^(user|organization|article|community_post|omnichannel_config|messaging_ticket|agent)\./;

const PRESENCE: ReadonlyMap<unknown, AgentStatus> = new Map<unknown, AgentStatus>([
  ['online', 'online'], ['away', 'away'], ['transfers_only', 'busy'], ['offline', 'offline'],
]);

export const zendesk: SourceAdapter = {
  id: 'zendesk',
  title: 'Zendesk Support',
  secrets: [{ name: 'secret', required: true, help: 'Signing secret of the webhook (Admin Center > Apps and integrations > Webhooks > Reveal secret)' }],
  retries: true,
  hasResolution: true,
  feeds: { messages: 'yes', replies: 'yes', agents: 'yes', assignment: 'yes', resolution: 'yes', ratings: 'yes', topics: 'partly' },
  verify: (request, secrets) => verifySignature(ZENDESK_SIGNATURE, request, secrets['secret'] ?? []),
  parse,
};

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const found = noFindings();
  if (isWrittenByAdmin(request.body)) return { ...found, unknown: ['trigger_body'] };
  const body = parseObject(request.body);
  const [kind, event] = bridged(body) ?? direct(body);
  if (kind === undefined) return { ...found, unknown: ['trigger_body'] };
  const line = { source: context.source, receivedAt: request.receivedAt, found };
  const name = kind.replace(/^ticket\./, '');
  const read = kind.startsWith('ticket.') ? TICKET_EVENTS.get(name) : undefined;
  if (read) {
    const { ticket, change } = event;
    const [id, t, ticketId] = [idOf(event.id), timeOf(event.time), idOf(ticket['id'])];
    if (id === undefined) found.malformed.push('id');
    else if (t === undefined) found.malformed.push('time');
    else if (ticketId === undefined) found.malformed.push('detail.id');
    else read({ ...line, id, t, ticketId, ticket, change });
  } else if (kind === 'agent.unified_state_changed') readPresence(line, event);
  else if (kind.startsWith('ticket.') && IGNORED.has(name)) found.ignored.push(nameOf(kind));
  else if (FAMILIES.test(kind)) found.ignored.push(nameOf(kind));
  else found.unknown.push(nameOf(kind));
  return found;
}

/**
 * Triggers and automations send XML, forms and nothing at all as well. All of it is signed, so what does not even begin like an event
 * is no damaged one.
 */
const isWrittenByAdmin = (body: Uint8Array): boolean => !Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8').trimStart().startsWith('{');

type Raw = Pick<TicketEvent, 'ticket' | 'change'> & { readonly id: unknown; readonly time: unknown };

/** A webhook's own form; undefined when it has no type of Zendesk's. */
function direct(body: Json): readonly [string | undefined, Raw] {
  const kind = /^zen:event-type:(.{1,80})$/.exec(textOf(body['type']) ?? '')?.[1];
  const ticket = record(body['detail']);
  // Without the detail, the subject still names the ticket.
  const named = /^zen:ticket:(\d{1,20})$/.exec(textOf(body['subject']) ?? '')?.[1];
  return [kind, { id: body['id'], time: body['time'], change: record(body['event']), ticket: named === undefined ? ticket : { id: named, ...ticket } }];
}

/**
 * The same events as Integration Services and EventBridge wrap them: titles instead of names, numbers for ids, lower-case statuses.
 * https://developer.zendesk.com/api-reference/integration-services/trigger-events/ticket-events/
 */
function bridged(body: Json): readonly [string, Raw] | undefined {
  const inner = record(body['input'])['ticket_event'] ?? record(body['detail'])['ticket_event'];
  if (!isRecord(inner)) return undefined;
  const meta = record(inner['meta']);
  const title = (textOf(inner['type']) ?? '').toLowerCase().replace(/^ticket /, '').replaceAll(' ', '_');
  const { ticket, meta: _meta, type: _type, ...change } = inner;
  // One action has one sequence, and each of its events a place in it.
  const [sequence, position] = [idOf(record(meta['sequence'])['id']), idOf(record(meta['sequence'])['position'])];
  const id = body['id'] ?? (sequence === undefined ? meta['ref'] : `${sequence}:${position ?? '1'}`);
  return [`ticket.${TITLES.get(title) ?? title}`, {
    id, time: meta['occurred_at'] ?? body['time'], change, ticket: { actor_id: meta['actor_id'], ...record(ticket) },
  }];
}

const TITLES: ReadonlyMap<string, string> = new Map([['comment_created', 'comment_added'], ['ccs_changed', 'email_ccs_changed']]);

/** The one status of an agent over all channels; statuses per channel are left out, because agents would be two things at once. */
function readPresence(line: Pick<TicketEvent, 'source' | 'receivedAt' | 'found'>, { id, time, ticket: detail, change }: Raw): void {
  const agent = wordOf(detail['agent_id']);
  const t = timeOf(time) ?? timeOf(change['updated_at']);
  const state = change['new_unified_state'] ?? change['new_state'];
  const status = PRESENCE.get(typeof state === 'string' ? state.toLowerCase() : state);
  if (agent === undefined) return void line.found.malformed.push('detail.agent_id');
  if (t === undefined) return void line.found.malformed.push('time');
  if (status === undefined) return void line.found.unknown.push(`agent_state.${nameOf(state)}`);
  line.found.events.push({
    id: idOf(id) ?? `presence:${agent}:${t}`, source: line.source, t, receivedAt: line.receivedAt, channel: 'other', inbox: 'all',
    kind: 'agent.status', agent, status,
  });
}
