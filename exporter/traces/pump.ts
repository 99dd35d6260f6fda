/** The export loop: drains the outbox and survives a backend that is away. While there is much, more loops help: one sends while the others read. */
import { setTimeout as delay } from 'node:timers/promises';
import { ExportResultCode } from '@opentelemetry/core';
import { TraceFlags } from '@opentelemetry/api';
import type { SpanContext } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import type { DropReason, SentSpans, TraceJob, TraceKey, TraceOutbox } from '../core/trace-job.ts';
import { failureOf } from './failure.ts';
import type { TraceExporter } from './exporter.ts';
import type { Failure, FailureReason } from './failure.ts';
import type { Span } from './span.ts';

/** Outcome of an export, and why; the words are label values. */
export type Counted =
  | { readonly result: 'exported'; readonly reason: '' }
  | { readonly result: 'sampled_out'; readonly reason: '' }
  | { readonly result: 'failed'; readonly reason: FailureReason }
  | { readonly result: 'dropped'; readonly reason: DropReason };

/** Where the pump reports to. Failed attempts are counted each time. `first`: of what was sent, one span per episode. */
export interface PumpHooks {
  readonly count: (what: Counted, episodes: number, spans: number, first?: readonly SpanContext[]) => void;
  /** Seconds one request took. */
  readonly took?: (seconds: number) => void;
  /** Seconds from the end of an episode until its trace was accepted. */
  readonly lag?: (seconds: number) => void;
  /** A trace was accepted of which spans had been left out, or ran backwards and were cut to nothing. */
  readonly flawed?: (trace: { readonly dropped: number; readonly skewed: number }) => void;
  /** An episode that is over is kept, for this reason, or not (`ratio`); told once it is done. */
  readonly decided?: (kept: boolean, reason: string) => void;
  /** The outbox could not be reached, or a trace not be built; the pump goes on. */
  readonly error?: (error: unknown) => void;
}

/** A job as it goes out, or the decision not to send it. Nothing to send is fine: then it is done. */
export type Rendered = Sendable | { readonly keep: false };
interface Sendable {
  readonly keep: true;
  readonly reason: string;
  readonly spans: readonly Span[];
  /** The episode is over, and this its whole trace; else a checkpoint. */
  readonly whole: boolean;
  readonly sent: SentSpans | null;
  /** Spans left out for the limit, and spans that ran backwards. */
  readonly dropped: number;
  readonly skewed: number;
}

export interface PumpOptions {
  readonly outbox: TraceOutbox;
  readonly exporter: TraceExporter;
  readonly render: (job: TraceJob) => Rendered;
  readonly hooks: PumpHooks;
  /** Spans per request, one episode excepted that has more. Default 512. */
  readonly maxSpans?: number;
  /** Jobs claimed at once. Default 128. */
  readonly maxJobs?: number;
  /** Milliseconds after which a job is given up. Default 24 h. */
  readonly maxAgeMs?: number;
  /** Pause when nothing is due. Default 1 s. */
  readonly idleMs?: number;
  /** First pause after a failure; doubles up to `maxPauseMs`, with jitter. Defaults 1 s and 60 s. */
  readonly basePauseMs?: number;
  readonly maxPauseMs?: number;
  /** How long a shutdown waits for the request in flight. Default 5 s. */
  readonly graceMs?: number;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** 0 to 1, for jitter. */
  readonly random?: () => number;
}

export interface Pump {
  /** Stops claiming, waits for the request in flight, frees what was not sent. Resolves within `graceMs`, whatever the backend does. */
  shutdown(): Promise<void>;
}

/** With fewer the process waits for the database; each holds a connection or two while it reads. */
const LOOPS = 3;

/** Starts the loop. Several processes may run one over the same outbox. */
export function startPump(options: PumpOptions): Pump {
  const worker = new Worker(options);
  const running = Promise.all(Array.from({ length: LOOPS }, (_, i) => worker.run(i === 0)));
  return {
    async shutdown() {
      const grace = new AbortController();
      const late = delay(options.graceMs ?? 5000, undefined, { signal: grace.signal, ref: false }).catch(() => undefined);
      worker.stop();
      await Promise.race([running.then(() => options.exporter.shutdown()).catch(options.hooks.error ?? (() => undefined)), late]);
      grace.abort();
    },
  };
}

interface Ready extends Sendable { readonly job: TraceJob }

class Worker {
  private readonly stopping = new AbortController();
  private failures = 0;
  private plenty = false;
  private more = Promise.withResolvers<void>();
  /** Sent, but the outbox could not be told: told when the lease has run out and the job comes again, instead of sending twice. */
  private readonly unmarked = new Map<string, Ready>();
  private readonly options: PumpOptions;

  constructor(options: PumpOptions) { this.options = options; }

  stop(): void {
    this.stopping.abort();
    this.more.resolve();
  }

  /** The leading loop always works, the others only while there is more than one can claim, and the backend is well: one probe per pause. */
  async run(leads: boolean): Promise<void> {
    while (!this.stopped) {
      if (!leads && (this.failures > 0 || !this.plenty)) { await this.more.promise; continue; }
      try {
        const most = this.options.maxJobs ?? 128;
        const jobs = await this.options.outbox.claim(most);
        this.tell(jobs.length === most);
        if (jobs.length === 0) await this.pause(this.options.idleMs ?? 1000);
        else await this.drain(this.inBatches(await this.sort(jobs)));
      } catch (error) {
        this.options.hooks.error?.(error); // the store is away: leases keep what was claimed
        await this.pause(this.backoff());
      }
    }
  }

  private tell(plenty: boolean): void {
    this.plenty = plenty;
    if (!plenty || this.failures > 0) return;
    this.more.resolve();
    this.more = Promise.withResolvers();
  }

  /** Settles what needs no sending; returns the rest. */
  private async sort(jobs: readonly TraceJob[]): Promise<readonly Ready[]> {
    const { hooks, render, outbox, maxAgeMs = 24 * 3_600_000 } = this.options;
    const ready: Ready[] = [];
    const settled: Ready[] = [];
    const skipped: TraceJob[] = [];
    for (const job of jobs) {
      const before = this.unmarked.get(keyOf(job));
      if (before?.job.revision === job.revision) { await this.mark([before]); continue; }
      if (this.now() - job.enqueuedAt > maxAgeMs) { await this.drop([job], 'too_old', 0); continue; }
      try {
        const rendered = render(job);
        if (!rendered.keep) skipped.push(job);
        else (rendered.spans.length > 0 ? ready : settled).push({ job, ...rendered });
      } catch (error) {
        hooks.error?.(error);
        await this.drop([job], 'broken', 0); // one bad episode must not hold up the others
      }
    }
    if (settled.length > 0) await this.mark(settled);
    if (skipped.length > 0) {
      await outbox.skip(skipped);
      hooks.count({ result: 'sampled_out', reason: '' }, skipped.length, 0);
      for (let n = 0; n < skipped.length; n++) hooks.decided?.(false, 'ratio');
    }
    return ready;
  }

  /** One episode is never split over two requests: half a trace would be found without its root. */
  private inBatches(ready: readonly Ready[]): Ready[][] {
    const batches: Ready[][] = [];
    let room = 0;
    for (const each of ready) {
      const last = batches.at(-1);
      if (last && each.spans.length <= room) last.push(each);
      else { batches.push([each]); room = this.options.maxSpans ?? 512; }
      room -= each.spans.length;
    }
    return batches;
  }

  private async drain(batches: Ready[][]): Promise<void> {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      if (this.stopped) { await this.free([batch, ...batches].flat()); return; }
      const failure = await this.send(batch);
      if (!failure) continue;
      if (failure.permanent) {
        // Halve it until the one that is refused stands alone: the others are not to blame.
        if (batch.length > 1) batches.unshift(batch.slice(0, batch.length >> 1), batch.slice(batch.length >> 1));
        else await this.drop(batch.map(({ job }) => job), failure.reason, spansIn(batch));
        continue;
      }
      this.options.hooks.count({ result: 'failed', reason: failure.reason }, batch.length, spansIn(batch));
      const pause = this.backoff();
      // Behind the others, so that the next probe is another batch; then everybody waits: one probe per pause.
      await this.options.outbox.retry(batch.map(({ job }) => job), this.now() + pause);
      await this.free(batches.flat());
      await this.pause(pause);
      return;
    }
  }

  /** Returns nothing when the batch was accepted. */
  private async send(batch: readonly Ready[]): Promise<Failure | undefined> {
    const { exporter, hooks } = this.options;
    const from = this.now();
    const spans = batch.flatMap((each) => each.spans);
    const result = await new Promise<ExportResult>((resolve) => exporter.export(spans, resolve));
    hooks.took?.((this.now() - from) / 1000);
    if (result.code !== ExportResultCode.SUCCESS) return failureOf(result.error);
    this.failures = 0;
    hooks.count({ result: 'exported', reason: '' }, batch.length, spans.length, batch.flatMap((each) => each.spans.slice(0, 1).map(contextOf)));
    for (const each of batch) {
      const { job: { episode: { closedAt }, exported }, whole, reason, dropped, skewed } = each;
      if (dropped > 0 || skewed > 0) hooks.flawed?.({ dropped, skewed });
      if (!whole || exported || closedAt === null) continue;
      hooks.lag?.(Math.max(0, this.now() - closedAt) / 1000);
      hooks.decided?.(true, reason);
    }
    await this.mark(batch);
    return undefined;
  }

  private async mark(sent: readonly Ready[]): Promise<void> {
    for (const each of sent) this.unmarked.set(keyOf(each.job), each);
    await this.options.outbox.done(sent.map(({ job: { conversation, number, revision }, reason, whole, sent: remembered }) =>
      ({ conversation, number, revision, keepReason: reason, whole, sent: remembered })));
    for (const { job } of sent) this.unmarked.delete(keyOf(job));
  }

  private async drop(jobs: readonly TraceJob[], reason: DropReason, spans: number): Promise<void> {
    await this.options.outbox.drop(jobs, reason);
    this.options.hooks.count({ result: 'dropped', reason }, jobs.length, spans);
  }

  private async free(ready: readonly Ready[]): Promise<void> {
    if (ready.length > 0) await this.options.outbox.release(ready.map(({ job }) => job));
  }

  private backoff(): number {
    const { basePauseMs = 1000, maxPauseMs = 60_000, random = Math.random } = this.options;
    return Math.min(maxPauseMs, basePauseMs * 2 ** Math.min(this.failures++, 6)) * (0.5 + random() / 2);
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined); // woken by stop()
  }

  private get stopped(): boolean { return this.stopping.signal.aborted; }
  private now(): number { return (this.options.now ?? Date.now)(); }
}

const contextOf = ({ trace: { traceId }, id: spanId }: Span): SpanContext => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
const keyOf = (key: TraceKey): string => `${key.conversation} ${key.number}`;
const spansIn = (batch: readonly Ready[]): number => batch.reduce((sum, each) => sum + each.spans.length, 0);
