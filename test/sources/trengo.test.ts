import { describe, expect, it } from 'vitest';
import type { ParsedEvent } from '../../exporter/core/event.ts';
import type { Parsed, SourceAdapter } from '../../exporter/sources/source.ts';
import { trengo } from '../../exporter/sources/trengo.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

const fixtures = fixturesOf('trengo');
const START = 1_781_010_000_000;
const parsed = (body: Uint8Array | string, kind?: string, second = 0): Parsed => trengo.parse(post(body, {
  url: `/webhooks/trengo${kind === undefined ? '' : `?event=${kind}`}`, headers: { 'trengo-signature': `${START / 1000 + second};00` } }), { source: 'trengo' });

const event = (what: string, rest: object) => ({
  id: `900:${what}:${START}`, source: 'trengo', receivedAt: NOW, t: START, channel: 'other', inbox: 'trengo', conversation: '900', ...rest });
const said = (id: number, rest: object) => event('', { id: String(id), inbox: '7', contact: '512', phone: '447700900123', message: String(id), content: 'text', ...rest });
const QUESTION = said(1001, { kind: 'message.inbound', text: 'Where is my parcel? Ça va?' });
const resolved = (what: string) => event(what, { kind: 'conversation.resolved', by: 'agent' });

const rows: readonly { is: string; file: string; kind?: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a customer\'s message', file: 'inbound', kind: 'INBOUND', events: [QUESTION] },
  { is: 'by its fields alone', file: 'inbound', events: [QUESTION] },
  { is: 'in small letters', file: 'inbound', kind: 'inbound', events: [QUESTION] },
  { is: 'in JSON', file: 'inbound-in-json', events: [QUESTION] },
  { is: 'an address is no number', file: 'inbound-email', events: [(({ phone: _, ...rest }) => rest)(said(1002, { kind: 'message.inbound', email: 'bob@example.com', text: 'Hello' }) as { phone?: string })] },
  { is: 'a message without words', file: 'inbound-without-words', events: [said(1003, { kind: 'message.inbound', content: 'other' })] },
  { is: 'a user\'s reply', file: 'outbound', kind: 'OUTBOUND', events: [said(1005, { kind: 'message.outbound', author: 'agent', authorId: '31', text: 'Let me look.' })] },
  { is: 'by its fields alone', file: 'outbound', events: [said(1005, { kind: 'message.outbound', author: 'agent', authorId: '31', text: 'Let me look.' })] },
  { is: 'a reply of nobody is automation', file: 'outbound-by-rule', kind: 'OUTBOUND', events: [said(1006, { kind: 'message.outbound', author: 'automation', text: 'We received your message.' })] },
  { is: 'a note', file: 'note', kind: 'NOTE', events: [event('', { id: '1007', kind: 'note.created' })] },
  { is: 'by its fields alone', file: 'note', events: [event('', { id: '1007', kind: 'note.created' })] },
  { is: 'assigned to a user', file: 'assigned-to-user', events: [event('agent:31', { kind: 'conversation.assigned', toType: 'agent', toId: '31' })] },
  { is: 'to a team', file: 'assigned-to-team', events: [event('team:4', { kind: 'conversation.assigned', toType: 'team', toId: '4' })] },
  { is: 'to nobody', file: 'assigned-to-nobody', kind: 'TICKET_ASSIGNED', events: [event('unassigned', { kind: 'conversation.unassigned' })] },
  { is: 'closed', file: 'ticket', kind: 'TICKET_CLOSED', events: [resolved('closed')] },
  { is: 'spam is done with', file: 'ticket', kind: 'TICKET_MARKED_AS_SPAM', events: [resolved('spam')] },
  { is: 'unless it is none', file: 'ticket', kind: 'TICKET_UNMARKED_AS_SPAM', events: [event('no-spam', { kind: 'conversation.reopened', by: 'agent' })] },
  { is: 'a new ticket begins with its message', file: 'ticket', kind: 'TICKET_CREATED', rest: { ignored: ['TICKET_CREATED'] } },
  { is: 'a ticket and no more may be any of these', file: 'ticket', rest: { unknown: ['no_event'] } },
  { is: 'an event of another name is unknown', file: 'ticket', kind: 'PLANET_MOVED', rest: { unknown: ['event'] } },
  { is: 'reopened', file: 'reopened', events: [event('reopened', { kind: 'conversation.reopened' })] },
  { is: 'what is merged into another is done', file: 'merged', events: [{ ...resolved('merged'), id: `899:merged:${START}`, conversation: '899' }] },
  { is: 'a label is the topic', file: 'label', kind: 'TICKET_LABEL_ADDED', events: [event('label:12', { kind: 'conversation.classified', topic: 'Delivery' })] },
  { is: 'by number, if need be', file: 'label-of-no-name', kind: 'TICKET_LABEL_ADDED', events: [event('label:12', { kind: 'conversation.classified', topic: '12' })] },
  { is: 'a label of nothing is malformed', file: 'label-of-nothing', kind: 'TICKET_LABEL_ADDED', rest: { malformed: ['label_name'] } },
  { is: 'a label taken off is none', file: 'label', kind: 'TICKET_LABEL_DELETED', rest: { ignored: ['TICKET_LABEL_DELETED'] } },
  { is: 'put on or taken off, nothing but the address tells', file: 'label', rest: { unknown: ['no_event'] } },
  { is: 'calls are left out', file: 'call', kind: 'VOICE_CALL_STARTED', rest: { ignored: ['VOICE_CALL_STARTED'] } },
  { is: 'a message without id is malformed', file: 'message-without-id', kind: 'INBOUND', rest: { malformed: ['message_id'] } },
  { is: 'a merger into nothing too', file: 'merged-into-nothing', kind: 'TICKET_MERGED', rest: { malformed: ['merged_and_deleted_ticket_id'] } },
  { is: 'a message of no ticket too', file: 'without-ticket', rest: { malformed: ['ticket_id'] } },
];

/** What Trengo puts into address and header, written before the body here. */
const sent = (second: number, kind: string, file: string): Buffer => Buffer.from(`${second} ${kind} ${file}`);
const trengoOf: SourceAdapter = {
  ...trengo,
  parse: ({ body }) => {
    const [second, kind, file] = Buffer.from(body).toString().split(' ');
    return parsed(fixtures.get(file!)![0]!, kind, Number(second));
  },
};

describe('trengo', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s: %#', (_is, { file, kind, events = [], rest = {} }) => {
    expect(parsed(fixtures.get(file)![0]!, kind)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].toSorted()).toEqual([...new Set(rows.map((row) => row.file))].toSorted());
  });

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(trengoOf, [
      sent(0, 'INBOUND', 'inbound'), sent(0, 'TICKET_CREATED', 'ticket'), sent(2, 'OUTBOUND', 'outbound-by-rule'), sent(100, 'TICKET_ASSIGNED', 'assigned-to-user'), sent(200, 'NOTE', 'note'),
      sent(300, 'OUTBOUND', 'outbound'), sent(310, 'TICKET_LABEL_ADDED', 'label'), sent(900, 'TICKET_CLOSED', 'ticket'),
    ])).toEqual([{ frtSeconds: 300, resolutionSeconds: 900, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 1, botMessages: 0 }]);
  });

  it('is of the moment of arrival when nothing is signed, and the same all day', () => {
    const at = (receivedAt: number): ParsedEvent => trengo.parse(post('ticket_id=900', { url: '/?event=TICKET_CLOSED', receivedAt }), { source: 'trengo' }).events[0]!;
    expect(at(NOW).t).toBe(NOW);
    expect(at(NOW + 3_600_000).id).toBe(at(NOW).id);
    expect(at(NOW + 86_400_000).id).not.toBe(at(NOW).id);
  });
});

it('takes the signature as Trengo computes it', () => {
  // printf '%s' '1781020800.ticket_id=900' | openssl dgst -sha256 -hmac saucer
  const signature = '0e9059138a94113c285df7814a3b839268ac4e14e7cc4f983a9a9e8c5d4ee6de';
  const verdict = (headers: Record<string, string>) => trengo.verify(post('ticket_id=900', { headers }), { signing_secret: ['other', 'saucer'] }, { source: 'trengo' });
  expect(verdict({ 'trengo-signature': `1781020800;${signature}` })).toBe('ok');
  expect(verdict({ 'x-trengo-signature': `1781020800;${signature}` })).toBe('ok');
  // The same of 1781020800000.
  expect(verdict({ 'trengo-signature': '1781020800000;c1aa8d76f3e2dc01950e762c2d1fbf22d43afadc9c283c8fefd551e1d613281e' })).toBe('ok');
  expect(verdict({ 'trengo-signature': `1781020801;${signature}` })).toBe('invalid');
  expect(verdict({ 'trengo-signature': signature })).toBe('missing');
});
