/** The way out for traces, wired: the pump, what it counts, and its own spans. */
import type { Pool } from 'pg';
import type { Config } from './config.ts';
import type { TraceOutbox } from './core/trace-job.ts';
import type { Logger } from './log.ts';
import { startLoop } from './loop.ts';
import type { EveryCount } from './metrics/counting.ts';
import type { TraceReason } from './metrics/traces.ts';
import { addTotals } from './store/settle.ts';
import { createTraceExporter, watchDiagnostics } from './traces/exporter.ts';
import type { KeepOptions } from './traces/keep.ts';
import type { Counted } from './traces/pump-options.ts';
import { startPump, type Pump } from './traces/pump.ts';
import { createRenderer } from './traces/render.ts';
import type { SelfTracing } from './traces/self.ts';

/** Totals of the cluster about its traces, raised by whoever sends them. Written once a second: a crash may lose so much of the counts. */
export interface TraceCounts {
  count(name: string, labels: Readonly<Record<string, string>>, by: number): void;
  /** Writes what is left. */
  stop(): Promise<void>;
}

export function startTraceCounts(pool: Pool, counts: Pick<EveryCount, 'sample'>): TraceCounts {
  let totals = new Map<string, number>();
  const write = async (): Promise<void> => {
    const taken = totals;
    totals = new Map();
    await addTotals(pool, taken).catch(() => { for (const [key, value] of taken) totals.set(key, (totals.get(key) ?? 0) + value); }); // the database is away
  };
  const loop = startLoop(1_000, write, () => undefined);
  return { count: (name, labels, by) => counts.sample(name, labels, by, totals), stop: async () => { await loop.stop(); await write(); } };
}

export interface TracingOptions {
  readonly target: NonNullable<Config['otlp']>;
  readonly keep: KeepOptions;
  readonly outbox: TraceOutbox;
  readonly counts: TraceCounts;
  readonly self: SelfTracing;
  readonly log: Logger;
  readonly graceMs: number;
  readonly now: () => number;
}

/** Starts to drain the outbox into the receiver. */
export function startTracing({ target, keep, outbox, counts, self, log, graceMs, now }: TracingOptions): Pump {
  const exported = (result: string, reason: TraceReason, episodes: number): void => counts.count('chat_trace_exports_total', { result, reason }, episodes);
  const unwatch = watchDiagnostics({ partialSuccess: () => exported('exported', 'partial', 1), warn: (message) => log.debug({ detail: message }, 'the trace exporter warned') });
  let seconds = 0;
  const pump = startPump({
    graceMs, outbox, exporter: createTraceExporter(target, target.timeoutSeconds * 1000), render: createRenderer({ ...keep, now }), now,
    hooks: {
      took: (took) => { seconds = took; counts.count('chat_trace_export_duration_seconds', {}, took); },
      count: ({ result, reason }: Counted, episodes, spans, first) => {
        if (result === 'exported' || result === 'failed') self.record('trace export', seconds, { 'replywatch.export.traces': episodes, 'replywatch.export.spans': spans }, reason || undefined, first);
        if (result !== 'sampled_out') exported(result, reason || 'ok', episodes);
        if (result === 'exported') counts.count('chat_trace_spans_exported_total', {}, spans);
      },
      lag: (lag) => counts.count('chat_trace_export_lag_seconds', {}, lag),
      decided: (kept, reason) => counts.count('chat_trace_decisions_total', { decision: kept ? 'kept' : 'sampled_out', reason }, 1),
      flawed: ({ dropped, skewed }) => {
        if (dropped > 0) counts.count('chat_trace_truncated_total', {}, 1);
        if (skewed > 0) counts.count('chat_trace_clock_skew_total', {}, skewed);
      },
      error: (error) => log.debug({ err: error }, 'a trace could not be taken from the outbox'),
    },
  });
  return { async shutdown() { await pump.shutdown(); unwatch(); } };
}
