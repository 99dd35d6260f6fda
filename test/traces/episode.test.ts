import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareEvents } from '../../exporter/core/event.ts';
import type { Payload } from '../../exporter/core/event.ts';
import type { SentSpans } from '../../exporter/core/trace-job.ts';
import { SPAN_NAMES } from '../../exporter/traces/drafts.ts';
import { SPAN_LIMIT } from '../../exporter/traces/episode.ts';
import { spanIdFor, traceIdFor } from '../../exporter/traces/ids.ts';
import { attributesOf, resourceOf, type Span } from '../../exporter/traces/span.ts';
import { ask, assign, CONVERSATION, episodesOf, eventsOf, handoff, KEY, receipt, resolve, say, spansOf, TEN, traceOf, treeOf } from './histories.ts';
import type { Line } from './histories.ts';

const traces = (lines: readonly Line[]): readonly (readonly string[])[] => episodesOf(eventsOf(lines)).map((told) => treeOf(spansOf(told)));

describe('span trees', () => {
  test.each<[string, readonly Line[], readonly string[]]>([
    ['a question, its answer and the customer\'s silence', [[0, ask('q')], [60, say('agent', 'a')], [300, resolve()]], [
      'conversation 0-300',
      '  agent turn 0-60',
      '  wait for customer 60-300',
      '  first response 0-60',
    ]],
    ['several customer messages in a row are one wait', [[0, ask('q')], [20, ask('q2')], [60, say('agent', 'a')], [80, ask('q3')], [100, say('agent', 'b')], [100, resolve()]], [
      'conversation 0-100',
      '  agent turn 0-60',
      '  wait for customer 60-80',
      '  agent turn 80-100',
      '  first response 0-60',
      '  response 80-100',
    ]],
    ['the bot hands over, somebody takes it, somebody answers', [
      [0, ask('q')], [2, say('bot', 'hi')], [60, ask('human please')], [65, handoff], [66, say('bot', 'hold on')], [185, assign('ana')], [365, say('agent', 'a')],
      [600, resolve()],
    ], [
      'conversation 0-600',
      '  bot turn 0-2',
      '  wait for customer 2-60',
      '  bot turn 60-65',
      '  queue wait 65-185',
      '  agent turn 185-365',
      '  wait for customer 365-600',
      '  queue 65-185',
      '  first response 65-365',
    ]],
    ['a source that sends states instead of changes', [
      [0, ask('q')], [0, { kind: 'conversation.snapshot', status: 'pending', agent: null }], [2, say('bot', 'hi')], [60, ask('human please')],
      [65, { kind: 'conversation.snapshot', status: 'open', agent: null }], [185, { kind: 'conversation.snapshot', status: 'open', agent: 'ana' }], [365, say('agent', 'a')],
      [400, { kind: 'conversation.snapshot', status: 'snoozed', agent: 'ana' }], [600, { kind: 'conversation.snapshot', status: 'resolved', agent: 'ana' }],
    ], [
      'conversation 0-600',
      '  bot turn 0-2',
      '  wait for customer 2-60',
      '  bot turn 60-65',
      '  queue wait 65-185',
      '  agent turn 185-365',
      '  wait for customer 365-400',
      '  on hold 400-600',
      '  queue 65-185',
      '  first response 65-365',
    ]],
    ['the bot does it alone', [[0, ask('q')], [2, say('bot', 'a')], [30, ask('q2')], [33, say('bot', 'b')], [90, resolve('bot')]], [
      'conversation 0-90',
      '  bot turn 0-2',
      '  wait for customer 2-30',
      '  bot turn 30-33',
      '  wait for customer 33-90',
    ]],
    ['the agent steps in where the bot left a question', [[0, ask('q')], [2, say('bot', 'hi')], [300, ask('q2')], [420, say('agent', 'a')], [480, resolve()]], [
      'conversation 0-480',
      '  bot turn 0-2',
      '  wait for customer 2-300',
      '  agent turn 300-420',
      '  wait for customer 420-480',
      '  first response 300-420',
    ]],
    ['parked until the customer writes again', [
      [0, ask('q')], [10, assign('ana')], [40, say('agent', 'a')], [60, { kind: 'conversation.snoozed' }], [4000, ask('back')], [4030, say('agent', 'b')], [4040, resolve()],
    ], [
      'conversation 0-4040',
      '  queue wait 0-10',
      '  agent turn 10-40',
      '  wait for customer 40-60',
      '  on hold 60-4000',
      '  agent turn 4000-4030',
      '  wait for customer 4030-4040',
      '  queue 0-10',
      '  first response 0-40',
      '  response 4000-4030',
    ]],
    ['given back to the team, then taken by another', [
      [0, ask('q')], [5, assign('ana')], [20, say('agent', 'a')], [30, { kind: 'conversation.unassigned' }], [40, ask('q2')], [70, assign('ben')], [90, say('agent', 'b')],
      [95, resolve()],
    ], [
      'conversation 0-95',
      '  queue wait 0-5',
      '  agent turn 5-20',
      '  wait for customer 20-40',
      '  queue wait 40-70',
      '  agent turn 70-90',
      '  wait for customer 90-95',
      '  queue 0-5',
      '  first response 0-20',
      '  response 40-90',
    ]],
    ['nobody answers', [[0, ask('q')], [900, resolve('contact')]], [
      'conversation 0-900',
      '  queue wait 0-900',
    ]],
    ['a message that failed is not an answer', [
      [0, ask('q')], [30, say('agent', 'a')], [31, receipt('a', 'sent')], [33, receipt('a', 'failed', '131026')], [100, say('agent', 'b')], [102, receipt('b', 'delivered')],
      [140, receipt('b', 'read')], [150, resolve()],
    ], [
      'conversation 0-150',
      '  agent turn 0-100',
      '    deliver message 100-102',
      '  wait for customer 100-150',
      '  first response 0-100',
      '  deliver message 30-33 ERROR',
    ]],
    ['our messages are known by their receipts only', [[0, ask('q')], [45, receipt('a', 'sent')], [46, receipt('a', 'delivered')], [100, resolve()]], [
      'conversation 0-100',
      '  agent turn 0-45',
      '    deliver message 45-46',
      '  wait for customer 45-100',
      '  first response 0-45',
    ]],
    ['a deleted question was never asked', [[0, ask('q')], [10, say('agent', 'a')], [20, ask('oops')], [25, { kind: 'message.deleted', message: 'oops' }], [60, resolve()]], [
      'conversation 0-60',
      '  agent turn 0-10',
      '  wait for customer 10-60',
      '  first response 0-10',
    ]],
    ['a survey reaches past the end', [
      [0, ask('q')], [10, say('agent', 'a')], [20, resolve()], [20, { kind: 'survey.sent', survey: 's' }], [80, { kind: 'survey.answered', survey: 's', score: 2 }],
    ], [
      'conversation 0-20',
      '  agent turn 0-10',
      '  wait for customer 10-20',
      '  csat survey 20-80',
      '  first response 0-10',
    ]],
    ['a campaign nobody answered has no length', [[0, say('campaign', 'offer')], [90_000, say('campaign', 'offer2')]], ['conversation 0-0']],
  ])('%s', (_sentence, lines, tree) => {
    expect(traces(lines)[0]).toEqual(tree);
  });

  test('one-second clocks: an answer in the same second leaves no empty turn, but its KPI', () => {
    expect(traces([[0, ask('q')], [0, say('agent', 'a')], [5, resolve()]])[0]).toEqual(['conversation 0-5', '  wait for customer 0-5', '  first response 0-0']);
  });

  test('who had the conversation before the episode still has it', () => {
    const [, second] = episodesOf(eventsOf([[0, assign('ana')], [5, ask('q')], [10, say('agent', 'a')], [20, resolve()], [100, ask('q2')], [130, handoff], [200, say('agent', 'b')], [210, resolve()]]));
    expect(treeOf(spansOf(second!))).toEqual([
      'conversation 100-210', '  bot turn 100-130', '  agent turn 130-200', '  wait for customer 200-210', '  queue 130-130', '  first response 130-200',
    ]);
  });
});

const handled: readonly Line[] = [
  [0, ask('q')], [2, say('bot', 'hi')], [60, ask('human')], [65, handoff], [185, assign('ana')], [365, say('agent', 'a')], [366, receipt('a', 'delivered')], [400, ask('q2')],
  [460, say('agent', 'b')], [600, resolve()],
];

describe('attributes', () => {
  const [told] = episodesOf(eventsOf([...handled, [601, { kind: 'survey.sent', survey: 's' }], [660, { kind: 'survey.answered', survey: 's', score: 4 }]]));
  const spans = spansOf(told!);
  const named = (name: string): Span => { const span = spans.find((each) => each.name === name)!; return { ...span, attributes: attributesOf(span) }; };

  test('the root carries the totals, and they add up to its length', () => {
    expect(named('conversation').attributes).toEqual({
      'session.id': `${CONVERSATION}.1`, 'conversation.id': CONVERSATION, 'conversation.channel': 'whatsapp', 'conversation.inbox': 'shop',
      'conversation.outcome': 'resolved_agent', 'conversation.initiator': 'contact', 'conversation.handled_by': 'mixed', 'conversation.keep_reason': 'ratio',
      'conversation.duration_s': 600, 'conversation.first_response_s': 300, 'conversation.sla.breached': true,
      'conversation.time.bot_s': 7, 'conversation.time.queue_s': 120, 'conversation.time.agent_s': 240, 'conversation.time.customer_s': 233, 'conversation.time.hold_s': 0,
      'conversation.handoff.count': 1, 'conversation.message.count': 6, 'conversation.reopen.count': 0,
      'conversation.csat.answered': true, 'conversation.csat.score': 4, 'conversation.truncated': false, 'conversation.spans.dropped': 0,
    });
  });

  test('the turn with the first response says so, others say no', () => {
    const turns = spans.filter((span) => span.name === 'agent turn').map((span) => span.attributes);
    expect(turns[0]).toMatchObject({ 'conversation.first_response': true, 'conversation.first_response_s': 300, 'conversation.sla.breached': true, 'conversation.phase': 'agent' });
    expect(turns[1]).toMatchObject({ 'conversation.first_response': false, 'conversation.sla.breached': false });
  });

  test('a delivery follows the messaging conventions, with the hashed id', () => {
    expect(named('deliver message')).toMatchObject({ kind: 3, attributes: {
      'messaging.system': 'whatsapp', 'messaging.operation.type': 'send', 'messaging.operation.name': 'send', 'messaging.message.id': 'a', 'conversation.author': 'agent',
      'conversation.ingest_lag_s': 0.5,
    } });
  });

  test('service names tell actors apart, and resources say nothing of the host', () => {
    const services = Object.fromEntries(spans.map((span) => [span.name, resourceOf(span.actor)['service.name']]));
    expect(services).toEqual({
      conversation: 'conversation', 'bot turn': 'bot', 'queue wait': 'queue', queue: 'queue', 'agent turn': 'agent', 'first response': 'agent', response: 'agent',
      'wait for customer': 'customer', 'csat survey': 'customer', 'deliver message': 'delivery',
    });
    expect(Object.keys(resourceOf('agent')).sort()).toEqual(['service.name', 'service.namespace']);
  });

  test('neither the contact nor an agent appears anywhere', () => {
    const lines = handled.map(([t, what]): Line => [t, what.kind === 'message.outbound' && what.author === 'agent' ? { ...what, authorId: 'ana' } : what]);
    const events = eventsOf(lines).map((event) => ({ ...event, contact: 'contact-pseudonym' as never }));
    const everything = JSON.stringify(spansOf(episodesOf(events)[0]!));
    expect(everything).not.toMatch(/ana|contact-pseudonym/);
  });

  test('a failed delivery is the only error and names the provider\'s code', () => {
    const [failed] = episodesOf(eventsOf([[0, ask('q')], [5, say('agent', 'a')], [6, receipt('a', 'failed', '131026')], [9, resolve('contact')]]));
    const errors = spansOf(failed!).filter((span) => span.failed);
    expect(errors.map((span) => [span.name, span.attributes['error.type']])).toEqual([['deliver message', '131026']]);
  });
});

describe('life of a trace', () => {
  test('a second episode is a trace of its own, linked to the root of the first', () => {
    const [first, second] = episodesOf(eventsOf([...handled, [5000, ask('again')], [5010, say('agent', 'c')], [5020, resolve()]]));
    const previousTraceId = traceIdFor(KEY, CONVERSATION, 1);
    const [root] = spansOf(second!, { previousTraceId });
    expect(spansOf(first!)[0]!.trace.traceId).toBe(previousTraceId);
    expect(root!.trace.traceId).toBe(traceIdFor(KEY, CONVERSATION, 2));
    expect(root!.links).toEqual([{ traceId: previousTraceId, spanId: spanIdFor(previousTraceId, 'conversation'), attributes: { 'conversation.link': 'reopened' } }]);
    expect(root!.attributes).toMatchObject({ 'session.previous_id': `${CONVERSATION}.1`, 'conversation.reopen.count': 1 });
  });

  test('at any moment a checkpoint has no root, and the final trace repeats its spans unchanged', () => {
    const out: unknown[] = [];
    let sent: SentSpans | null = null;
    for (let length = 1; length < handled.length; length++) {
      const checkpoint = traceOf(episodesOf(eventsOf(handled.slice(0, length)))[0]!, { sent });
      expect(checkpoint.spans.every((span) => span.parent !== undefined)).toBe(true);
      expect(checkpoint.spans[0]!.name).toBe('conversation opened');
      out.push(...checkpoint.spans);
      sent = checkpoint.sent;
    }
    const whole = spansOf(episodesOf(eventsOf(handled))[0]!, { sent });
    for (const span of out) expect(whole).toContainEqual(span);
    expect(treeOf(whole)).toEqual(['conversation 0-600', '  conversation opened 0-0', ...treeOf(spansOf(episodesOf(eventsOf(handled))[0]!)).slice(1)]);
    expect(sent!.phases.map(({ phase }) => phase)).toEqual(['bot', 'customer', 'bot', 'queue', 'agent', 'customer', 'agent']);
  });

  test('what is too young to be sure of stays out of a checkpoint', () => {
    const [told] = episodesOf(eventsOf(handled.slice(0, 6)));
    const names = (firmUntil: number): readonly string[] => spansOf(told!, { firmUntil: TEN + firmUntil * 1000 }).map(({ name }) => name);
    expect(names(364)).toEqual(['conversation opened', 'bot turn', 'wait for customer', 'bot turn', 'queue wait']);
    expect(names(365)).toEqual([...names(364), 'agent turn']);
  });

  test('a failure that becomes known later leaves what was sent as it was; the rest is told around it', () => {
    const before = traceOf(episodesOf(eventsOf([[0, ask('q')], [50, say('agent', 'a')]]))[0]!);
    const late: readonly Line[] = [[0, ask('q')], [50, say('agent', 'a')], [55, receipt('a', 'failed', '1')], [80, say('agent', 'b')], [90, resolve()]];
    expect(treeOf(spansOf(episodesOf(eventsOf(late))[0]!, { sent: before.sent }))).toEqual([
      'conversation 0-90', '  conversation opened 0-0', '  agent turn 0-50', '    deliver message 50-55 ERROR', '  agent turn 50-80', '  wait for customer 80-90', '  first response 0-80']);
  });

  test('a survey that is answered after the trace was sent is sent alone, once', () => {
    const [told] = episodesOf(eventsOf([...handled, [601, { kind: 'survey.sent', survey: 's' }], [9660, { kind: 'survey.answered', survey: 's', score: 1 }]]));
    const late = traceOf(told!, { exported: true });
    expect(late.spans.map(({ name, attributes }) => [name, attributes['conversation.csat.score']])).toEqual([['csat survey', 1]]);
    expect(traceOf(told!, { exported: true, sent: late.sent }).spans).toEqual([]);
  });

  test('an episode of more than a week is told in parts, each linked to the one before', () => {
    const day = 86_400;
    const lines: readonly Line[] = [[0, ask('q')], [day, say('agent', 'a')], [10 * day, ask('q2')], [10 * day + 60, say('agent', 'b')], [15 * day, resolve()]];
    const first = traceOf(episodesOf(eventsOf(lines.slice(0, 4)))[0]!);
    expect(first.spans.map((span) => `${span.name} ${String(attributesOf(span)['session.id']).slice(37)}`)).toEqual([
      'conversation 1', 'agent turn 1', 'wait for customer 1', 'first response 1', 'conversation opened 1.2', 'wait for customer 1.2', 'agent turn 1.2']);
    expect(first.sent).toMatchObject({ parts: 1, traceIds: [traceIdFor(KEY, CONVERSATION, 1, 1)] });
    const rest = spansOf(episodesOf(eventsOf(lines))[0]!, { sent: first.sent });
    const roots = [...first.spans, ...rest].filter(({ name }) => name === 'conversation');
    expect(roots.map((root) => [root.trace.traceId, root.start - TEN, root.end - TEN, root.attributes['conversation.outcome'], root.attributes['session.previous_id']])).toEqual([
      [traceIdFor(KEY, CONVERSATION, 1), 0, 7 * day * 1000, 'continued', undefined],
      [traceIdFor(KEY, CONVERSATION, 1, 1), 7 * day * 1000, 14 * day * 1000, 'continued', `${CONVERSATION}.1`],
      [traceIdFor(KEY, CONVERSATION, 1, 2), 14 * day * 1000, 15 * day * 1000, 'resolved_agent', `${CONVERSATION}.1.2`],
    ]);
    expect(roots[2]!.links).toEqual([{ traceId: traceIdFor(KEY, CONVERSATION, 1, 1), spanId: spanIdFor(traceIdFor(KEY, CONVERSATION, 1, 1), 'conversation'), attributes: { 'conversation.link': 'continued' } }]);
  });

  test('an answer to a campaign of an earlier episode links to its message', () => {
    const traceId = traceIdFor(KEY, CONVERSATION, 1);
    const [root] = spansOf(episodesOf(eventsOf(handled))[0]!, { campaign: { traceId, message: 'offer' } });
    expect(root!.links).toMatchObject([{ traceId, spanId: spanIdFor(traceId, 'deliver:offer'), attributes: { 'conversation.link': 'campaign' } }]);
  });

  test('over the limit deliveries go first, phases never', () => {
    const long = Array.from({ length: 140 }, (_, turn): Line[] => [
      [turn * 60, ask(`q${turn}`)], [turn * 60 + 30, say('agent', `a${turn}`)], [turn * 60 + 31, receipt(`a${turn}`, 'delivered')]]).flat();
    const spans = spansOf(episodesOf(eventsOf([...long, [140 * 60, resolve()]]))[0]!);
    const count = (name: string): number => spans.filter((span) => span.name === name).length;
    expect(spans).toHaveLength(SPAN_LIMIT);
    expect([count('agent turn'), count('wait for customer'), count('first response') + count('response'), count('deliver message')]).toEqual([140, 140, 19, 0]);
    expect(spans[0]!.attributes).toMatchObject({ 'conversation.truncated': true, 'conversation.spans.dropped': 261 });
  });
});

const message = fc.integer({ min: 0, max: 9 }).map(String);
const happening: fc.Arbitrary<Payload> = fc.oneof(
  { weight: 4, arbitrary: message.map((id) => ask(`in${id}`)) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('agent' as const, 'bot' as const, 'automation' as const, 'campaign' as const), message).map(([by, id]) => say(by, `${by}${id}`)) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('agent', 'bot', 'ghost'), message, fc.constantFrom('sent' as const, 'delivered' as const, 'read' as const, 'failed' as const)).map(([by, id, status]) => receipt(by + id, status)) },
  fc.constantFrom(handoff, assign('ana'), assign('ben'), resolve(), resolve('contact'), resolve('bot'), { kind: 'conversation.unassigned' } as const,
    { kind: 'conversation.snoozed' } as const, { kind: 'conversation.unsnoozed' } as const, { kind: 'conversation.reopened' } as const,
    { kind: 'conversation.assigned', toType: 'bot', toId: 'b' } as const, { kind: 'conversation.assigned', toType: 'team', toId: 't' } as const),
  message.map((id) => ({ kind: 'message.deleted', message: `in${id}` }) as const),
  fc.constantFrom(...(['open', 'pending', 'snoozed', 'resolved'] as const)).map((status) => ({ kind: 'conversation.snapshot', status }) as const),
  fc.constantFrom({ kind: 'survey.sent', survey: 's' } as const, { kind: 'survey.answered', survey: 's', score: 3 } as const),
);
const history = fc.array(fc.tuple(fc.integer({ min: 0, max: 200_000 }), happening), { minLength: 1, maxLength: 40 }).map((lines) => eventsOf(dedupe(lines)));

describe('any history', () => {
  test('phases tile the root; ids are unique; nothing ends before it starts; KPI spans are as long as the KPI', () => {
    fc.assert(fc.property(history, (events) => {
      for (const told of episodesOf(events)) {
        const spans = spansOf(told);
        expect(new Set(spans.map((span) => span.id)).size).toBe(spans.length);
        for (const span of spans) {
          expect(span.end).toBeGreaterThanOrEqual(span.start);
          expect(SPAN_NAMES).toContain(span.name);
        }
        let at = told.episode.openedAt;
        for (const phase of spans.filter((span) => 'conversation.phase' in span.attributes)) {
          expect(phase.start).toBe(at);
          at = phase.end;
        }
        if (told.episode.endedAt !== null) expect(at).toBe(told.episode.endedAt);
        for (const fact of told.observations) {
          if (fact.type !== 'response' && fact.type !== 'queue') continue;
          const name = fact.type === 'queue' ? 'queue' : fact.first ? 'first response' : 'response';
          const expected = { name, start: fact.at - Math.round(fact.seconds * 1000), end: fact.at };
          if (told.episode.endedAt !== null) expect(spans.map((span) => ({ name: span.name, start: span.start, end: span.end }))).toContainEqual(expected);
        }
      }
    }), { numRuns: 300 });
  });

  test('what a checkpoint sent is part of what is sent later, unchanged, and phases still tile the root', () => {
    fc.assert(fc.property(history, fc.integer({ min: 1, max: 39 }), fc.integer({ min: 1, max: 39 }), (events, a, b) => {
      const sorted = [...events].sort(compareEvents);
      const remembered = new Map<number, { sent: SentSpans | null; spans: readonly Span[]; openedAt: number }>();
      for (const length of new Set([a, b, sorted.length].map((each) => Math.min(each, sorted.length)).sort((x, y) => x - y))) {
        for (const told of episodesOf(sorted.slice(0, length))) {
          const { number, openedAt, endedAt } = told.episode;
          const before = remembered.get(number);
          if (length < sorted.length && endedAt !== null) continue;
          const { spans, sent } = traceOf(told, { sent: before?.sent ?? null });
          expect(spans.some((span) => span.trace.traceId === traceIdFor(KEY, CONVERSATION, number))).toBe(true);
          if (before?.openedAt === openedAt) for (const span of before.spans) expect(spans).toContainEqual(span);
          remembered.set(number, { sent, spans, openedAt });
          const phases = spans.filter((span) => 'conversation.phase' in span.attributes);
          if (before?.openedAt === openedAt || !before) phases.reduce((at, phase) => { expect(phase.start).toBe(at); return phase.end; }, openedAt);
        }
      }
    }), { numRuns: 200 });
  });

  test('events in any order give the same spans once they are sorted', () => {
    fc.assert(fc.property(history.chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray([...events], { minLength: events.length }))), ([events, shuffled]) => {
      const all = (list: typeof events): unknown => episodesOf([...list].sort(compareEvents)).map((told) => spansOf(told));
      expect(all(shuffled)).toEqual(all(events));
    }), { numRuns: 100 });
  });
});

/** A message exists once, under whichever author wrote it first. */
function dedupe(lines: readonly Line[]): readonly Line[] {
  const known = new Set<string>();
  return [...lines].sort((a, b) => a[0] - b[0]).filter(([, what]) => {
    if (what.kind !== 'message.inbound' && what.kind !== 'message.outbound') return true;
    const fresh = !known.has(what.message);
    known.add(what.message);
    return fresh;
  });
}
