import { describe, expect, test } from 'vitest';
import type { Fact } from '../../exporter/core/fact.ts';
import { createCounts } from '../../exporter/metrics/counts.ts';
import { METRICS } from '../../exporter/metrics/index.ts';
import { createProjector } from '../../exporter/metrics/project.ts';
import { PLACE, projectAll, slotsWith } from './scenario.ts';

const AT = 'channel="whatsapp",inbox="support"';
const FIRST = `${AT},episode="first"`;
const SETTLED = { ...PLACE, conversation: 'c1', number: 1, episode: 'first', source: 'whatsapp', at: 0 } as const;
const CLOSED = { ...SETTLED, type: 'closed', outcome: 'resolved_agent', initiator: 'contact', bot: 'none', confirmed: false, unanswered: false } as const;
const CLOSED_AS = (outcome: string, initiator = 'contact', bot = 'none'): string =>
  `chat_conversations_closed_total{${AT},initiator="${initiator}",outcome="${outcome}",episode="first",bot="${bot}"}`;

interface Row { readonly label: string; readonly fact: Fact; readonly adds: Readonly<Record<string, number>> }

const ROWS: readonly Row[] = [
  {
    label: 'an inbound message counts under the author contact',
    fact: { ...PLACE, type: 'message', direction: 'inbound', author: 'contact' },
    adds: { [`chat_messages_total{${AT},direction="inbound",author="contact"}`]: 1 },
  },
  {
    label: 'an outbound message counts under its author',
    fact: { ...PLACE, type: 'message', direction: 'outbound', author: 'campaign' },
    adds: { [`chat_messages_total{${AT},direction="outbound",author="campaign"}`]: 1 },
  },
  {
    label: 'a receipt counts its rung',
    fact: { ...PLACE, type: 'receipt', author: 'agent', status: 'read' },
    adds: { [`chat_message_status_total{${AT},author="agent",status="read"}`]: 1 },
  },
  {
    label: 'an attempt counts once per message',
    fact: { ...PLACE, type: 'attempt', author: 'bot' },
    adds: { [`chat_message_attempts_total{${AT},author="bot"}`]: 1 },
  },
  { label: 'a failure counts its code', fact: { ...PLACE, type: 'failure', code: '131047' }, adds: { [`chat_message_failures_total{${AT},code="131047"}`]: 1 } },
  {
    label: 'an opening counts who opened and which episode',
    fact: { ...PLACE, type: 'opened', initiator: 'campaign', episode: 'reopened' },
    adds: { [`chat_conversations_opened_total{${AT},initiator="campaign",episode="reopened"}`]: 1 },
  },
  { label: 'a close counts its outcome', fact: { ...CLOSED, topic: 'billing' }, adds: { [CLOSED_AS('resolved_agent')]: 1, 'chat_topic_conversations_total{topic="billing"}': 1 } },
  {
    label: 'a close with a pending wait is an unanswered turn too',
    fact: { ...CLOSED, outcome: 'missed', unanswered: true },
    adds: { [CLOSED_AS('missed')]: 1, [`chat_unanswered_turns_total{${AT}}`]: 1, 'chat_topic_conversations_total{topic="unknown"}': 1 },
  },
  {
    label: 'a bot resolution says whether it was confirmed',
    fact: { ...CLOSED, outcome: 'resolved_bot', bot: 'involved', confirmed: true },
    adds: { [CLOSED_AS('resolved_bot', 'contact', 'involved')]: 1, [`chat_bot_resolutions_total{${AT},confirmed="true"}`]: 1, 'chat_topic_conversations_total{topic="unknown"}': 1 },
  },
  {
    label: 'a bot resolution of an episode that the business opened stays out of containment',
    fact: { ...CLOSED, outcome: 'resolved_bot', initiator: 'campaign' },
    adds: { [CLOSED_AS('resolved_bot', 'campaign')]: 1, 'chat_topic_conversations_total{topic="unknown"}': 1 },
  },
  {
    label: 'what the business sent and nobody answered has no topic',
    fact: { ...CLOSED, outcome: 'outbound_only', initiator: 'campaign' },
    adds: { [CLOSED_AS('outbound_only', 'campaign')]: 1 },
  },
  { label: 'a bot that did not understand counts', fact: { ...PLACE, type: 'bot_fallback' }, adds: { [`chat_bot_fallbacks_total{${AT}}`]: 1 } },
  { label: 'a reopening counts', fact: { ...PLACE, type: 'reopen' }, adds: { [`chat_reopens_total{${AT}}`]: 1 } },
  {
    label: 'an unhappy contact who was helped counts per channel',
    fact: { ...PLACE, type: 'negative_resolution', seconds: 180 },
    adds: { 'chat_negative_resolution_seconds{channel="whatsapp"}|180': 1, 'chat_negative_resolution_seconds{channel="whatsapp"}|sum': 180 },
  },
  {
    label: 'time of an agent feeds three counters',
    fact: { type: 'agent_seconds', agent: 'ana', online: 60, busy: 30, handling: 45 },
    adds: {
      'chat_agent_online_seconds_total{agent="ana"}': 60, 'chat_agent_busy_seconds_total{agent="ana"}': 30, 'chat_agent_handling_seconds_total{agent="ana"}': 45,
    },
  },
  {
    label: 'a message outside the window counts with its form',
    fact: { ...PLACE, type: 'window_send', window: 'outside', form: 'template' },
    adds: { 'chat_window_sends_total{inbox="support",window="outside",form="template"}': 1 },
  },
  { label: 'a send without consent counts', fact: { ...PLACE, type: 'unconsented_send' }, adds: { 'chat_sends_without_consent_total{inbox="support"}': 1 } },
  { label: 'a scored message counts', fact: { ...PLACE, type: 'sentiment', sentiment: 'negative' }, adds: { 'chat_sentiment_messages_total{channel="whatsapp",sentiment="negative"}': 1 } },
  {
    label: 'a cost counts its amount',
    fact: { ...PLACE, type: 'message_cost', currency: 'EUR', category: 'marketing', amount: 0.05 },
    adds: { 'chat_message_cost_total{currency="EUR",category="marketing"}': 0.05 },
  },
  { label: 'a hand-off counts', fact: { ...PLACE, type: 'handoff' }, adds: { [`chat_handoffs_total{${AT}}`]: 1 } },
  { label: 'a transfer counts', fact: { ...PLACE, type: 'transfer' }, adds: { [`chat_transfers_total{${AT}}`]: 1 } },
  {
    label: 'a first response is a response as well, and a value on a bound belongs to that bucket',
    fact: { ...SETTLED, type: 'response', nth: 1, seconds: 60, businessSeconds: 0, first: true },
    adds: {
      [`chat_first_response_seconds{${FIRST}}|60`]: 1, [`chat_first_response_seconds{${FIRST}}|sum`]: 60,
      [`chat_first_response_business_seconds{${FIRST}}|1`]: 1, [`chat_first_response_business_seconds{${FIRST}}|sum`]: 0,
      [`chat_response_seconds{${AT}}|60`]: 1, [`chat_response_seconds{${AT}}|sum`]: 60,
      [`chat_response_business_seconds{${AT}}|1`]: 1, [`chat_response_business_seconds{${AT}}|sum`]: 0,
    },
  },
  {
    label: 'a later response feeds only the response metrics',
    fact: { ...SETTLED, type: 'response', nth: 2, seconds: 60.5, businessSeconds: 60.5, first: false },
    adds: {
      [`chat_response_seconds{${AT}}|90`]: 1, [`chat_response_seconds{${AT}}|sum`]: 60.5,
      [`chat_response_business_seconds{${AT}}|90`]: 1, [`chat_response_business_seconds{${AT}}|sum`]: 60.5,
    },
  },
  {
    label: 'the first human message counts the whole way to it',
    fact: { ...SETTLED, type: 'first_human', seconds: 3 },
    adds: { [`chat_first_response_total_seconds{${FIRST}}|5`]: 1, [`chat_first_response_total_seconds{${FIRST}}|sum`]: 3 },
  },
  {
    label: 'the bot\'s first message has a metric of its own',
    fact: { ...SETTLED, type: 'first_bot', seconds: 0 },
    adds: { [`chat_bot_first_response_seconds{${FIRST}}|1`]: 1, [`chat_bot_first_response_seconds{${FIRST}}|sum`]: 0 },
  },
  {
    label: 'a queue time counts without the episode',
    fact: { ...SETTLED, type: 'queue', seconds: 20 },
    adds: { [`chat_queue_seconds{${AT}}|30`]: 1, [`chat_queue_seconds{${AT}}|sum`]: 20 },
  },
  {
    label: 'a resolution beyond the last bound falls into +Inf',
    fact: { ...SETTLED, type: 'resolution', seconds: 700_000, businessSeconds: 100, by: 'bot' },
    adds: {
      [`chat_resolution_seconds{${AT},by="bot"}|Infinity`]: 1, [`chat_resolution_seconds{${AT},by="bot"}|sum`]: 700_000,
      [`chat_resolution_business_seconds{${AT},by="bot"}|120`]: 1, [`chat_resolution_business_seconds{${AT},by="bot"}|sum`]: 100,
    },
  },
  {
    label: 'a target missed counts per inbox, not per channel',
    fact: { ...SETTLED, type: 'sla', sla: 'first_response', result: 'missed' },
    adds: { 'chat_sla_results_total{sla="first_response",inbox="support",result="missed"}': 1 },
  },
  { label: 'a survey counts when sent', fact: { ...PLACE, type: 'survey_sent' }, adds: { 'chat_csat_surveys_total{inbox="support"}': 1 } },
  {
    label: 'an answer counts its score',
    fact: { ...PLACE, type: 'survey_answered', score: 4 },
    adds: { 'chat_csat_responses_total{inbox="support",score="4"}': 1 },
  },
  { label: 'an answer on another scale is no satisfaction score', fact: { ...PLACE, type: 'survey_answered', score: 9 }, adds: {} },
  { label: 'a duration that is no number adds nothing', fact: { ...SETTLED, type: 'queue', seconds: NaN }, adds: {} },
];

describe('a fact becomes increments', () => {
  test.each(ROWS)('$label', ({ fact, adds }) => {
    const { totals } = projectAll([fact], slotsWith());
    expect(Object.fromEntries(totals)).toEqual(adds);
  });

  test('facts of one series add up', () => {
    const { totals } = projectAll(Array.from({ length: 3 }, () => ({ ...PLACE, type: 'transfer' }) as const), slotsWith());
    expect([...totals]).toEqual([[`chat_transfers_total{${AT}}`, 3]]);
  });

  test('every metric has a row above or is counted by the store', () => {
    const covered = new Set(ROWS.flatMap(({ adds }) => Object.keys(adds).map((key) => key.slice(0, key.indexOf('{')))));
    const projectedNames = METRICS.filter(({ on }) => on !== undefined).map(({ name }) => name);
    expect(projectedNames.filter((name) => !covered.has(name))).toEqual([]);
  });

  test('what may carry a trace is reported with the key of its bucket', () => {
    const { observations } = projectAll([{ ...SETTLED, type: 'response', nth: 1, seconds: 50, businessSeconds: 20, first: true }, CLOSED], slotsWith());
    expect(observations).toEqual([
      { key: `chat_first_response_seconds{${FIRST}}|60`, value: 50 }, { key: `chat_first_response_business_seconds{${FIRST}}|30`, value: 20 },
      { key: `chat_response_seconds{${AT}}|60`, value: 50 }, { key: `chat_response_business_seconds{${AT}}|30`, value: 20 },
    ]);
  });

  test('every duration of an episode may', () => {
    // How long unhappy customers wait for help is derived later, from facts that name no trace.
    const durations = METRICS.filter(({ on, type }) => on !== undefined && on !== 'negative_resolution' && type === 'histogram');
    expect(durations.filter(({ exemplars }) => exemplars !== true).map(({ name }) => name)).toEqual([]);
    expect(durations).toHaveLength(9);
  });
});

describe('what the store counts itself', () => {
  const counted = (act: (counts: ReturnType<typeof createCounts>, into: Map<string, number>) => void): Record<string, number> => {
    const into = new Map<string, number>();
    act(createCounts(createProjector(METRICS, slotsWith({ source: ['whatsapp'], rollup: ['hourly'] }))), into);
    return Object.fromEntries(into);
  };

  test('an event counts under source, kind and result', () => {
    expect(counted((counts, into) => counts.event('whatsapp', 'message.inbound', 'late', into)))
      .toEqual({ 'chat_events_total{source="whatsapp",kind="message.inbound",result="late"}': 1 });
  });

  test('a clock that runs ahead gives no negative delay', () => {
    expect(counted((counts, into) => counts.ingestDelay('whatsapp', -2, into)))
      .toEqual({ 'chat_ingest_delay_seconds{source="whatsapp"}|0.5': 1, 'chat_ingest_delay_seconds{source="whatsapp"}|sum': 0 });
  });

  test('blind time, corrections and rollup runs have their own totals', () => {
    expect(counted((counts, into) => {
      counts.blind('whatsapp', 30, into);
      counts.correction('sla', 2, into);
      counts.rollupRun('hourly', 'timeout', into);
    })).toEqual({
      'chat_blind_seconds_total{source="whatsapp"}': 30, 'chat_fact_corrections_total{kpi="sla"}': 2,
      'chat_rollup_runs_total{rollup="hourly",outcome="timeout"}': 1,
    });
  });
});
