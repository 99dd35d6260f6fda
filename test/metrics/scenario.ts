import type { Fact } from '../../exporter/core/fact.ts';
import { GAUGES, METRICS } from '../../exporter/metrics/index.ts';
import { createCounts } from '../../exporter/metrics/counts.ts';
import { PersistedSeries } from '../../exporter/metrics/persisted.ts';
import { createProjector } from '../../exporter/metrics/project.ts';
import { createSlots } from '../../exporter/metrics/slots.ts';
import type { Slots } from '../../exporter/metrics/slots.ts';

export const PLACE = { channel: 'whatsapp', inbox: 'support' } as const;
/** Fields of a settled fact that no metric looks at. */
const SETTLED = { ...PLACE, conversation: 'c1', number: 1, episode: 'first', source: 'whatsapp', at: 1_767_200_000_000 } as const;

/** An afternoon in one inbox: a customer answered by a person, one by the bot, one by nobody. */
export const AFTERNOON: readonly Fact[] = [
  { ...PLACE, type: 'opened', initiator: 'contact', episode: 'first' },
  { ...PLACE, type: 'opened', initiator: 'contact', episode: 'reopened' },
  { ...PLACE, type: 'message', direction: 'inbound', author: 'contact' },
  { ...PLACE, type: 'message', direction: 'inbound', author: 'contact' },
  { ...PLACE, type: 'message', direction: 'outbound', author: 'agent' },
  { ...PLACE, type: 'message', direction: 'outbound', author: 'bot' },
  { ...PLACE, type: 'attempt', author: 'agent' },
  { ...PLACE, type: 'receipt', author: 'agent', status: 'sent' },
  { ...PLACE, type: 'receipt', author: 'agent', status: 'delivered' },
  { ...PLACE, type: 'receipt', author: 'agent', status: 'read' },
  { ...PLACE, type: 'attempt', author: 'campaign' },
  { ...PLACE, type: 'receipt', author: 'campaign', status: 'failed' },
  { ...PLACE, type: 'failure', code: '131047' },
  { ...PLACE, type: 'handoff' },
  { ...PLACE, type: 'transfer' },
  { ...PLACE, type: 'bot_fallback' },
  { ...PLACE, type: 'reopen' },
  { ...PLACE, type: 'negative_resolution', seconds: 150 },
  { type: 'agent_seconds', agent: 'ana', online: 3600, busy: 1560, handling: 1860 },
  { ...PLACE, type: 'survey_sent' },
  { ...PLACE, type: 'survey_answered', score: 5 },
  { ...SETTLED, type: 'first_bot', seconds: 2 },
  { ...SETTLED, type: 'queue', seconds: 20 },
  { ...SETTLED, type: 'first_human', seconds: 75 },
  { ...SETTLED, type: 'response', nth: 1, seconds: 60, businessSeconds: 30, first: true },
  { ...SETTLED, type: 'response', nth: 2, seconds: 61, businessSeconds: 61, first: false },
  { ...SETTLED, type: 'resolution', seconds: 240.5, businessSeconds: 200, by: 'agent' },
  { ...SETTLED, type: 'sla', sla: 'first_response', result: 'met' },
  { ...SETTLED, type: 'closed', outcome: 'resolved_agent', initiator: 'contact', bot: 'escalated', confirmed: false, unanswered: false, topic: 'billing' },
  { ...SETTLED, type: 'closed', outcome: 'resolved_bot', initiator: 'contact', bot: 'involved', confirmed: true, unanswered: false },
  { ...SETTLED, type: 'closed', outcome: 'missed', initiator: 'contact', bot: 'none', confirmed: false, unanswered: true },
];

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
export const UNIVERSE = { places: [PLACE], sources: ['whatsapp'], rollups: ['hourly'] };

/** Slots in which these values are taken. */
export function slotsWith(taken: Readonly<Record<string, readonly string[]>> = { inbox: ['support'], code: ['131047'], source: ['whatsapp'], topic: ['billing', 'unknown'], agent: ['ana'], currency: ['EUR'], category: ['marketing'] }): Slots {
  const slots = createSlots(METRICS);
  slots.load(Object.entries(taken).flatMap(([label, values]) => values.map((value) => ({ label, value }))));
  return slots;
}

/** An observation that may carry a trace: the key of its bucket and its value. */
interface Observed { readonly key: string; readonly value: number }

/** What the facts add, summed by key. @throws Error when a slot is missing: the scenario is incomplete */
export function projectAll(facts: readonly Fact[], slots: Slots): { readonly totals: Map<string, number>; readonly observations: readonly Observed[] } {
  const projector = createProjector(METRICS, slots);
  const totals = new Map<string, number>();
  const observations: Observed[] = [];
  for (const fact of facts) projector.add(fact, totals, (key, value) => observations.push({ key, value }));
  const missing = projector.missing();
  if (missing.length > 0) throw new Error(`no slot for ${missing.map(({ label, value }) => `${label}=${value}`).join(', ')}`);
  return { totals, observations };
}

/** The afternoon as the series of a cluster, with exemplars at `at` (epoch ms). */
export function afternoon(at: number): PersistedSeries {
  const slots = slotsWith();
  const series = new PersistedSeries({ metrics: METRICS, gauges: GAUGES, slots, constantLabels: { instance: 'cluster-1' }, cacheMs: 0 });
  series.declare(UNIVERSE);
  const { totals, observations } = projectAll(AFTERNOON, slots);
  countEvents(slots, totals);
  for (const [key, value] of totals) series.set(key, value);
  for (const { key, value } of observations) series.setExemplar(key, { traceId: TRACE_ID, value, at });
  series.setGauges('chat_conversations_waiting', [{ labels: PLACE, value: 3 }]);
  series.setGauges('chat_oldest_wait_seconds', [{ labels: PLACE, value: 125.5 }]);
  series.setGauge('chat_rollup_last_success_timestamp_seconds', { rollup: 'hourly' }, 1_767_200_000);
  series.setGauge('chat_trace_outbox_pending', {}, 0);
  return series;
}

function countEvents(slots: Slots, into: Map<string, number>): void {
  const counts = createCounts(createProjector(METRICS, slots));
  counts.event('whatsapp', 'message.inbound', 'accepted', into);
  counts.event('whatsapp', 'message.inbound', 'duplicate', into);
  counts.ingestDelay('whatsapp', 1.5, into);
  counts.ingestDelay('whatsapp', -3, into);
  counts.blind('whatsapp', 90, into);
  counts.correction('response', 2, into);
}

/** The value of each sample by its name and labels; exemplars are left out. */
export function samplesOf(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, series, value] = /^([a-z0-9_]+(?:\{(?:"(?:\\.|[^"\\])*"|[^"}])*\})?) (\S+)/.exec(line) ?? [];
    if (series !== undefined && value !== undefined) samples.set(series, value === '+Inf' ? Infinity : Number(value));
  }
  return samples;
}
