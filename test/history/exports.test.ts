/** Lines of exports: what they say, and that the live webhooks say the same again. */
import { describe, expect, it } from 'vitest';
import { compareEvents, type CanonicalEvent, type ParsedEvent } from '../../exporter/core/event.ts';
import { refold } from '../../exporter/core/history.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { readIntercomConversation } from '../../exporter/history/intercom.ts';
import type { Reading } from '../../exporter/history/import.ts';
import { readZendeskTicket } from '../../exporter/history/zendesk.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { intercom } from '../../exporter/sources/intercom.ts';
import type { SourceAdapter } from '../../exporter/sources/source.ts';
import { zendesk } from '../../exporter/sources/zendesk.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const SETTINGS = { ...DEFAULT_SETTINGS, hasResolution: true };
const { enrich } = createEnricher({ key: 'k', settingsFor: () => SETTINGS });
const kinds = ({ events }: Reading): readonly string[] => events.map((event) => event.kind);
const outcome = (events: readonly ParsedEvent[]): object => {
  const stored = events.map((event) => enrich(event)).filter((event): event is CanonicalEvent => event !== undefined).sort(compareEvents);
  const { closed: [episode] } = refold('c', undefined, stored, SETTINGS, NOW);
  return { frtSeconds: episode?.frtSeconds, resolutionSeconds: episode?.resolutionSeconds, outcome: episode?.outcome };
};
const live = (source: SourceAdapter, body: object): readonly ParsedEvent[] => source.parse({ method: 'POST', url: '', headers: {}, body: Buffer.from(JSON.stringify(body)), receivedAt: NOW }, { source: source.id }).events;

describe('a ticket of a Zendesk export', () => {
  const comment = (id: number, author_id: number, created_at: string, more = {}) => ({ id, type: 'Comment', author_id, body: 'text', html_body: '<p>text</p>', plain_body: 'text', public: true, created_at, via: { channel: 'web' }, ...more });
  const ticket = {
    url: 'https://example.zendesk.com/api/v2/tickets/35436.json', id: 35436, external_id: null, created_at: '2026-03-02T09:00:00Z', updated_at: '2026-03-02T09:30:00Z', type: 'question', subject: 'Order', status: 'closed',
    description: 'Where is my order?', priority: null, via: { channel: 'whatsapp', source: { from: {}, to: {}, rel: null } }, recipient: null, requester_id: 20978392, submitter_id: 20978392, assignee_id: 235323,
    organization_id: null, group_id: 98738, brand_id: 360001, tags: ['delivery', 'vip'], is_public: true, satisfaction_rating: { score: 'good', id: 1234, comment: 'Thanks' },
    comments: [
      comment(1, 20978392, '2026-03-02T09:00:00Z', { body: 'Where is my order?', plain_body: 'Where is my order?' }), comment(2, 235323, '2026-03-02T09:00:30Z', { public: false }),
      comment(3, -1, '2026-03-02T09:00:05Z', { via: { channel: 'rule' } }), comment(4, 235323, '2026-03-02T09:01:30Z'), comment(5, 20978392, '2026-03-02T09:02:00Z'),
    ],
    metric_set: { ticket_id: 35436, created_at: '2026-03-02T09:00:00Z', solved_at: '2026-03-02T09:10:00Z', assigned_at: '2026-03-02T09:00:20Z', initially_assigned_at: '2026-03-02T09:00:10Z', reopens: 0, replies: 2, status_updated_at: '2026-03-06T09:10:00Z' },
  };

  it('is its messages, who was in charge, when it was solved, and the rating', () => {
    const reading = readZendeskTicket(ticket);
    expect(reading.refused).toEqual([]);
    expect(kinds(reading)).toEqual(['message.inbound', 'conversation.classified', 'note.created', 'message.outbound', 'message.outbound', 'message.inbound', 'conversation.assigned', 'conversation.assigned', 'conversation.resolved', 'survey.sent', 'survey.answered']);
    expect(reading.events.filter((event) => event.kind === 'message.outbound').map(({ author }) => author)).toEqual(['automation', 'agent']);
    expect(reading.events.at(-1)).toMatchObject({ kind: 'survey.answered', survey: 'csat:35436', score: 5, channel: 'whatsapp', inbox: '360001', conversation: '35436', contact: '20978392' });
    expect(outcome(reading.events)).toEqual({ frtSeconds: 90, resolutionSeconds: 600, outcome: 'resolved_agent' });
  });

  it('has the identities that the live webhooks give', () => {
    const detail = { id: '35436', created_at: ticket.created_at, requester_id: '20978392', submitter_id: '20978392', via: { channel: 'whatsapp' }, brand_id: '360001', is_public: true, status: 'OPEN', tags: [] };
    const events = [
      ...live(zendesk, { type: 'zen:event-type:ticket.created', id: 'e1', time: ticket.created_at, detail: { ...detail, description: 'Where is my order?' }, event: {} }),
      ...live(zendesk, { type: 'zen:event-type:ticket.comment_added', id: 'e2', time: '2026-03-02T09:01:30.123Z', detail, event: { comment: { id: '4', is_public: true, body: 'text', author: { id: '235323', is_staff: true } } } }),
    ];
    const known = new Set(readZendeskTicket(ticket).events.map((event) => enrich(event)?.id));
    expect(events.map((event) => known.has(enrich(event)!.id))).toEqual([true, true]);
  });

  it('may have its people inside, and fewer fields', () => {
    const { requester_id, submitter_id, assignee_id, group_id, comments, metric_set, ...rest } = ticket;
    const reading = readZendeskTicket({ ...rest, requester: { id: requester_id, name: 'Ines Marrero' }, submitter: { id: 235323 }, assignee: { id: assignee_id }, status: 'hold', satisfaction_rating: { score: 'offered' } });
    expect(kinds(reading)).toEqual(['message.outbound', 'conversation.classified', 'conversation.assigned', 'conversation.snoozed', 'survey.sent']);
    expect(reading.events[0]).toMatchObject({ contact: '20978392', authorId: '235323' });
    expect([requester_id, submitter_id, group_id, comments.length, metric_set.reopens]).toHaveLength(5);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['no object', 7, ['is not an object']], ['something else', { id: 1 }, ['is no ticket']], ['a time that is none', { ...ticket, created_at: 'then' }, ['created_at: is no time']],
    ['a comment without number', { ...ticket, comments: [ticket.comments[0], { ...ticket.comments[3], id: null }] }, ['event.comment.id']],
  ])('says what it cannot read of %s', (_name, value, refused) => expect(readZendeskTicket(value).refused).toEqual(refused));
});

describe('a conversation of Intercom', () => {
  const admin = { type: 'admin', id: '814860', name: 'Nuria Ferrer' };
  const customer = { type: 'user', id: '667d60ac8a68186f43bafdbb' };
  const at = (seconds: number): number => 1_772_442_000 + seconds; // 2026-03-02T09:00:00Z
  const part = (id: string, part_type: string, second: number, author: object, more = {}) => ({ type: 'conversation_part', id, part_type, body: null, created_at: at(second), updated_at: at(second), notified_at: at(second), assigned_to: null, author, attachments: [], redacted: false, ...more });
  const conversation = {
    type: 'conversation', id: '471', title: null, created_at: at(0), updated_at: at(400), state: 'closed', open: false, read: true,
    source: { type: 'whatsapp', id: '403918349', delivered_as: 'customer_initiated', subject: '', body: '<p>Where is my order?</p>', author: customer, attachments: [], url: null },
    contacts: { type: 'contact.list', contacts: [{ type: 'contact', id: '667d60ac8a68186f43bafdbb' }] }, teammates: { type: 'admin.list', admins: [admin] },
    conversation_rating: { rating: 4, remark: 'fine', created_at: at(310), updated_at: at(320), contact: customer, teammate: admin }, tags: { type: 'tag.list', tags: [{ type: 'tag', id: '9', name: 'delivery', applied_at: at(60), applied_by: admin }] },
    statistics: {}, conversation_parts: { type: 'conversation_part.list', total_count: 5, conversation_parts: [
      part('1', 'assignment', 10, { type: 'bot', id: '815308' }, { assigned_to: { type: 'admin', id: '814860' } }), part('2', 'note', 20, admin, { body: '<p>VIP</p>' }),
      part('3', 'comment', 50, admin, { body: '<p>It is on its way.</p>' }), part('4', 'comment', 120, customer, { body: '<p>Thanks</p>' }), part('5', 'close', 300, admin),
    ] },
  };

  it('is its parts, its tags and its rating', () => {
    const reading = readIntercomConversation(conversation, 'abcd1234');
    expect(reading.refused).toEqual([]);
    expect(kinds(reading)).toEqual(['message.inbound', 'conversation.assigned', 'note.created', 'message.outbound', 'message.inbound', 'conversation.resolved', 'survey.sent', 'survey.answered', 'conversation.classified']);
    expect(reading.events[0]).toMatchObject({ channel: 'whatsapp', inbox: 'abcd1234', conversation: '471', contact: '667d60ac8a68186f43bafdbb', text: 'Where is my order?' });
    expect(reading.events.at(-1)).toMatchObject({ topic: 'delivery', t: at(60) * 1000 });
    expect(outcome(reading.events)).toEqual({ frtSeconds: 50, resolutionSeconds: 300, outcome: 'resolved_agent' });
  });

  it('has the identities that the live webhooks give', () => {
    const { conversation_parts, ...rest } = conversation;
    const notice = (topic: string, parts: readonly object[], created_at: number): readonly ParsedEvent[] =>
      live(intercom, { type: 'notification_event', app_id: 'abcd1234', topic, created_at, data: { item: { ...rest, conversation_parts: { ...conversation_parts, conversation_parts: parts } } } });
    const [assigned, , answer] = conversation_parts.conversation_parts;
    const events = [...notice('conversation.user.created', [], at(0)), ...notice('conversation.admin.assigned', [assigned!], at(10)), ...notice('conversation.admin.replied', [answer!], at(50)), ...notice('conversation.rating.added', [], at(320))];
    const known = new Set(readIntercomConversation(conversation, 'abcd1234').events.map((event) => enrich(event)?.id));
    expect(events.map((event) => known.has(enrich(event)!.id))).toEqual([true, true, true, true, true]);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['no object', [], ['is not an object']], ['something else', { id: '1', type: 'user' }, ['is no conversation']],
    ['a part without time', { ...conversation, conversation_parts: { conversation_parts: [{ id: '8', part_type: 'comment', body: 'x' }] } }, ['part.created_at']],
  ])('says what it cannot read of %s', (_name, value, refused) => expect(readIntercomConversation(value, undefined).refused).toEqual(refused));
});
