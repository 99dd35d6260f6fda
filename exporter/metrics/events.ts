import type { Kind } from '../core/event.ts';
import type { DerivedKpi, ObservationType } from '../core/fact.ts';
import { SOURCE } from './labels.ts';
import type { Metric } from './metric.ts';

/** How an event ended; the results exclude each other, the first that applies in this order counts. */
export const EVENT_RESULTS = ['rejected', 'duplicate', 'future', 'late', 'accepted'] as const;
export type EventResult = (typeof EVENT_RESULTS)[number];

/** `unknown`: a rejected event whose kind is not one of ours. */
export type EventKind = Kind | 'unknown';

// A record, so that the compiler demands a line for each new kind.
const KINDS: Readonly<Record<EventKind, true>> = {
  'message.inbound': true, 'message.outbound': true, 'message.status': true, 'message.watermark': true, 'message.deleted': true, 'message.edited': true,
  'note.created': true, 'reaction.added': true,
  'conversation.assigned': true, 'conversation.unassigned': true, 'conversation.handoff': true, 'conversation.snoozed': true,
  'conversation.unsnoozed': true, 'conversation.resolved': true, 'conversation.reopened': true, 'conversation.classified': true,
  'conversation.snapshot': true,
  'survey.sent': true, 'survey.answered': true, 'sentiment.scored': true, 'agent.status': true,
  'contact.created': true, 'contact.merged': true, 'contact.deleted': true, 'contact.erased': true,
  'consent.requested': true, 'consent.granted': true, 'consent.revoked': true,
  'link.clicked': true, 'conversion.recorded': true, 'flow.step': true, 'flow.completed': true, 'experiment.assigned': true,
  unknown: true,
};

const CORRECTABLE: Readonly<Record<ObservationType | DerivedKpi, true>> = {
  response: true, first_human: true, first_bot: true, queue: true, resolution: true, sla: true, closed: true,
  window_send: true, unconsented_send: true, sentiment: true, message_cost: true,
  reopen: true, negative_resolution: true,
};

/** What arrived, how late, and what it changed afterwards. */
export const EVENTS: readonly Metric[] = [
  {
    type: 'counter', name: 'chat_events_total',
    help: 'Events received, by source, kind and what became of them.',
    labels: { source: SOURCE, kind: Object.keys(KINDS), result: EVENT_RESULTS },
    // A watermark is counted as the receipts it becomes.
    reachable: ({ kind, result }) => kind !== 'message.watermark' && (kind !== 'unknown' || result === 'rejected'),
  },
  {
    type: 'histogram', name: 'chat_ingest_delay_seconds',
    help: 'Time from an event at the provider to its arrival here.',
    labels: { source: SOURCE },
    buckets: [0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400, 604_800],
  },
  {
    type: 'counter', name: 'chat_blind_seconds_total',
    help: 'Time in which the exporter or a source was blind: figures over it are incomplete.',
    labels: { source: SOURCE },
  },
  {
    type: 'counter', name: 'chat_fact_corrections_total',
    help: 'Facts that late events changed after they had been counted; counters keep the old value, rollups the new one.',
    labels: { kpi: Object.keys(CORRECTABLE) },
  },
];
