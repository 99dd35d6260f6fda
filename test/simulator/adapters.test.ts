import { describe, expect, it } from 'vitest';
import { script } from '../../exporter/simulator/script.ts';
import { requestOf } from '../../exporter/simulator/sign.ts';
import { sourceById } from '../../exporter/sources/index.ts';
import type { Secrets, WebhookRequest } from '../../exporter/sources/source.ts';
import { DAY, FRIDAY } from './reading.ts';

const secrets = { whatsapp: 'an app secret', chatwoot: 'a webhook secret' };
/** As configured; a second value that is wrong must not matter. */
const configured: Readonly<Record<string, Secrets>> = {
  whatsapp: { app_secret: ['old', secrets.whatsapp], verify_token: ['x'] },
  chatwoot: { secret: [secrets.chatwoot] },
};
const adapter = (id: string) => {
  const source = sourceById(id);
  if (source === undefined) throw new Error(`no source ${id}`);
  return source;
};

const requests = [...script({ seed: 'adapters', from: FRIDAY, to: FRIDAY + 12 * DAY, incident: { from: FRIDAY + 11 * DAY } })]
  .map((delivery) => ({ source: delivery.source, request: requestOf(delivery, secrets) }));

describe.each(['whatsapp', 'chatwoot'] as const)('%s deliveries through the adapter', (id) => {
  const own = requests.filter(({ source }) => source === id).map(({ request }) => request);
  const parsed = own.map((request) => adapter(id).parse(request, { source: id }));
  const events = parsed.flatMap((each) => each.events);

  it('are signed as the provider signs', () => {
    expect(new Set(own.map((request) => adapter(id).verify(request, configured[id] ?? {}, { source: id })))).toEqual(new Set(['ok']));
  });

  it('are refused when a byte differs or the signature is another secret\'s', () => {
    const [request] = own as [WebhookRequest];
    const changed = { ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) };
    expect(adapter(id).verify(changed, configured[id] ?? {}, { source: id })).toBe('invalid');
    expect(adapter(id).verify(request, { app_secret: ['no'], secret: ['no'] }, { source: id })).toBe('invalid');
  });

  it('hold nothing unknown or malformed', () => {
    expect(parsed.flatMap((each) => each.unknown)).toEqual([]);
    expect(parsed.flatMap((each) => each.malformed)).toEqual([]);
  });

  it('are never from the future, beyond the second some times are rounded to', () => {
    expect(events.filter(({ t, receivedAt }) => t > receivedAt + 1_000)).toEqual([]);
  });

  it('become events of two inboxes', () => {
    expect(new Set(events.map(({ inbox }) => inbox)).size).toBe(2);
  });
});

describe('surveys', () => {
  it('are answered after they were sent, and a changed answer is another event', () => {
    const events = requests.filter(({ source }) => source === 'chatwoot').flatMap(({ request }) => adapter('chatwoot').parse(request, { source: 'chatwoot' }).events);
    const sentAt = new Map(events.flatMap((event) => (event.kind === 'survey.sent' ? [[event.survey, event.t] as const] : [])));
    const answers = events.filter((event) => event.kind === 'survey.answered');
    expect(answers.length).toBeGreaterThan(50);
    expect(answers.filter(({ survey, t }) => t <= (sentAt.get(survey) ?? Infinity))).toEqual([]);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(answers.length);
    expect(new Set(answers.map(({ survey }) => survey)).size).toBeLessThan(answers.length);
  });
});

describe('kinds of events', () => {
  const kindsOf = (id: 'whatsapp' | 'chatwoot') => new Set(requests.filter(({ source }) => source === id)
    .flatMap(({ request }) => adapter(id).parse(request, { source: id }).events).map(({ kind }) => kind));

  it('from WhatsApp: messages of both sides, receipts, reactions', () => {
    expect([...kindsOf('whatsapp')]).toEqual(expect.arrayContaining(['message.inbound', 'message.outbound', 'message.status', 'reaction.added']));
  });

  it('from Chatwoot: messages, notes, states, surveys and their answers', () => {
    expect([...kindsOf('chatwoot')]).toEqual(expect.arrayContaining([
      'message.inbound', 'message.outbound', 'note.created', 'conversation.snapshot', 'survey.sent', 'survey.answered',
    ]));
  });

  it('a thread of one customer on one number keeps its name across messages, echoes and receipts', () => {
    const events = requests.filter(({ source }) => source === 'whatsapp').flatMap(({ request }) => adapter('whatsapp').parse(request, { source: 'whatsapp' }).events);
    const written = new Set(events.flatMap((event) => (event.kind === 'message.inbound' ? [event.conversation] : [])));
    const echoes = events.filter((event) => event.kind === 'message.outbound');
    expect(echoes.length).toBeGreaterThan(100);
    expect(echoes.filter((event) => !written.has(event.conversation))).toEqual([]);
    const served = events.filter((event) => event.kind === 'message.status' && event.pricing?.category === 'service');
    expect(served.length).toBeGreaterThan(100);
    expect(served.filter((event) => !written.has(event.conversation))).toEqual([]);
  });
});
