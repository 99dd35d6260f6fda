import type { Gauge } from './metric.ts';

const PLACE = ['channel', 'inbox'] as const;

/** What is true now. Without the database they are unknown, so they leave the exposition while it is down. */
export const LIVE_GAUGES: readonly Gauge[] = [
  { type: 'gauge', name: 'chat_conversations_open', labels: PLACE, help: 'Conversation episodes open now.' },
  { type: 'gauge', name: 'chat_conversations_waiting', labels: PLACE, help: 'Open episodes whose contact waits for a person now.' },
  { type: 'gauge', name: 'chat_conversations_overdue', labels: PLACE, help: 'Open episodes older than the escalation limit, snoozed ones left out.' },
  { type: 'gauge', name: 'chat_conversations_unassigned', labels: PLACE, help: 'Open episodes that nobody is assigned to.' },
  { type: 'gauge', name: 'chat_oldest_wait_seconds', labels: PLACE, merge: 'max', help: 'Longest wait pending now; 0 when nobody waits.' },
  { type: 'gauge', name: 'chat_inbox_open', labels: ['inbox'], merge: 'max', help: 'Whether an inbox is within its opening hours: 1 or 0.' },
  { type: 'gauge', name: 'chat_trace_outbox_pending', labels: [], help: 'Traces waiting to be exported.' },
  { type: 'gauge', name: 'chat_trace_outbox_oldest_age_seconds', labels: [], merge: 'max', help: 'Age of the oldest trace waiting to be exported.' },
  { type: 'gauge', name: 'chat_trace_last_success_timestamp_seconds', labels: [], merge: 'max', help: 'When the receiver last took the trace of a finished episode, as Unix time.' },
];
