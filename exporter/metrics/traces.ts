import { KEEP_RULES } from '../core/trace-job.ts';
import type { Metric } from './metric.ts';

/** Why an export of traces ended as it did; the reason decides the result. */
export const TRACE_REASONS = {
  ok: 'exported', partial: 'exported',
  unavailable: 'failed', timeout: 'failed', transport: 'failed', refused: 'failed', server_error: 'failed',
  rejected: 'dropped', too_large: 'dropped', too_old: 'dropped', broken: 'dropped',
} as const;
export type TraceReason = keyof typeof TRACE_REASONS;

/** Seconds from the end of an episode until its trace was accepted; searches of trace stores miss what comes much later than two minutes. */
const LAG = [30, 45, 60, 90, 120, 180, 300, 900, 3_600, 21_600, 86_400] as const;

/** How the traces of conversations fare. */
export const TRACES: readonly Metric[] = [
  {
    type: 'counter', name: 'chat_trace_exports_total', help: 'Traces handed to the receiver, failed for now, or given up; a checkpoint of an open conversation counts as well.',
    labels: { result: ['exported', 'failed', 'dropped'], reason: Object.keys(TRACE_REASONS) },
    reachable: ({ result, reason }) => TRACE_REASONS[reason as TraceReason] === result, // the labels' own values
  },
  { type: 'counter', name: 'chat_trace_spans_exported_total', help: 'Spans the receiver accepted.', labels: {} },
  {
    type: 'counter', name: 'chat_trace_decisions_total', help: 'Finished episodes whose trace was kept or not, and why.',
    labels: { decision: ['kept', 'sampled_out'], reason: [...KEEP_RULES, 'ratio'] }, reachable: ({ decision, reason }) => decision === 'kept' || reason === 'ratio',
  },
  {
    type: 'histogram', name: 'chat_trace_export_duration_seconds', help: 'Time one export request took.', labels: {},
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  { type: 'histogram', name: 'chat_trace_export_lag_seconds', help: 'Time from the close of an episode until the receiver had its trace.', labels: {}, buckets: LAG },
  { type: 'counter', name: 'chat_trace_late_events_total', help: 'Finished episodes that events changed after their trace had been sent; the trace stays as it was.', labels: {} },
  { type: 'counter', name: 'chat_trace_clock_skew_total', help: 'Spans that would have ended before they began, because clocks of providers differ; they are sent without length.', labels: {} },
  { type: 'counter', name: 'chat_trace_truncated_total', help: 'Traces that were too long and were sent without some of their spans.', labels: {} },
];
