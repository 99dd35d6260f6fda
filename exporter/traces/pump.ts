/** The export loop: drains the outbox and survives a backend that is away. While there is much, more loops help: one sends while the others read. */
import { setTimeout as delay } from 'node:timers/promises';
import { ExportResultCode } from '@opentelemetry/core';
import { TraceFlags } from '@opentelemetry/api';
import type { SpanContext } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import type { DropReason, TraceJob, TraceKey } from '../core/trace-job.ts';
import { failureOf } from './failure.ts';
import type { Failure } from './failure.ts';
import type { PumpOptions, Sendable } from './pump-options.ts';
import type { Span } from './span.ts';

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
/** `at`: when it was asked for, epoch milliseconds. */
interface Claim { readonly at: number; readonly jobs: Promise<readonly TraceJob[]> }

/** A batch is begun only within this time after it was claimed. Its lease lasts 20 seconds more than that and a request (app.ts): else somebody else sends it as well. */
const HOLD_MS = 40_000;
/** What is left after that is given back within this time; later its lease may be somebody else's. */
const LEAVE_MS = 15_000;

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
    let ahead: Claim | undefined;
    while (!this.stopped) {
      if (!leads && !ahead && (this.failures > 0 || !this.plenty)) { await this.more.promise; continue; }
      try {
        const claim = ahead ?? this.claim();
        ahead = undefined;
        const jobs = await claim.jobs;
        if (this.now() > claim.at + HOLD_MS) { await this.giveBack(claim); continue; }
        if (jobs.length === this.most && !this.stopped) ahead = this.claim(); // read while these are sent
        const pause = jobs.length === 0 ? this.options.idleMs ?? 1000 : await this.drain(this.inBatches(await this.sort(jobs)), claim.at + HOLD_MS);
        if (pause === 0) continue;
        await this.giveBack(ahead);
        ahead = undefined;
        await this.pause(pause);
      } catch (error) {
        this.options.hooks.error?.(error); // the store is away: leases keep what was claimed
        await this.giveBack(ahead).catch(() => undefined);
        ahead = undefined;
        await this.pause(this.backoff());
      }
    }
    await this.giveBack(ahead).catch((error) => this.options.hooks.error?.(error));
  }

  private claim(): Claim {
    const jobs = this.options.outbox.claim(this.most);
    jobs.then(({ length }) => this.tell(length === this.most), () => undefined); // a failure is told where the jobs are awaited
    return { at: this.now(), jobs };
  }

  private tell(plenty: boolean): void {
    this.plenty = plenty;
    if (!plenty || this.failures > 0) return;
    this.more.resolve();
    this.more = Promise.withResolvers();
  }

  private async giveBack(claim: Claim | undefined): Promise<void> {
    if (claim) await this.free(await claim.jobs, claim.at + HOLD_MS);
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

  /** @param until begins no batch after this time @returns how many milliseconds to leave the backend alone, because it refused */
  private async drain(batches: Ready[][], until: number): Promise<number> {
    let pause = 0;
    let marked: Promise<unknown> = NOTHING; // what was sent is marked while the next batch is sent; with what went wrong
    let trouble: unknown;
    for (let batch = batches.shift(); batch && trouble === undefined; batch = batches.shift()) {
      if (this.stopped || this.now() > until) { await this.free(jobsOf([batch, ...batches].flat()), until); break; }
      const failure = await this.send(batch);
      trouble = await marked;
      marked = failure ? NOTHING : this.mark(batch).then(() => undefined, (error: unknown) => error);
      if (failure?.permanent) {
        // Halve it until the one that is refused stands alone: the others are not to blame.
        if (batch.length > 1) batches.unshift(batch.slice(0, batch.length >> 1), batch.slice(batch.length >> 1));
        else await this.drop(jobsOf(batch), failure.reason, spansIn(batch));
      } else if (failure) {
        this.options.hooks.count({ result: 'failed', reason: failure.reason }, batch.length, spansIn(batch));
        pause = this.backoff();
        // Behind the others, so that the next probe is another batch; then everybody waits: one probe per pause.
        await this.options.outbox.retry(jobsOf(batch), this.now() + pause);
        await this.free(jobsOf(batches.flat()), until);
        break;
      }
    }
    const last = await marked;
    if (trouble !== undefined && last !== undefined) this.options.hooks.error?.(last); // both are told
    if (trouble !== undefined || last !== undefined) throw trouble ?? last;
    return pause;
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
    return undefined;
  }

  private async mark(sent: readonly Ready[]): Promise<void> {
    for (const each of sent) this.unmarked.set(keyOf(each.job), each);
    await this.options.outbox.done(sent.map(({ job: { conversation, number, revision }, reason, whole, sent: remembered }) =>
      ({ conversation, number, revision, keepReason: reason, whole, sent: remembered })));
    for (const each of sent) if (this.unmarked.get(keyOf(each.job)) === each) this.unmarked.delete(keyOf(each.job)); // not what was sent anew meanwhile
  }

  private async drop(jobs: readonly TraceJob[], reason: DropReason, spans: number): Promise<void> {
    await this.options.outbox.drop(jobs, reason);
    this.options.hooks.count({ result: 'dropped', reason }, jobs.length, spans);
  }

  /** @param until the time after which none of them may be begun */
  private async free(jobs: readonly TraceJob[], until: number): Promise<void> {
    if (jobs.length > 0 && this.now() < until + LEAVE_MS) await this.options.outbox.release(jobs);
  }

  private backoff(): number {
    const { basePauseMs = 1000, maxPauseMs = 60_000, random = Math.random } = this.options;
    return Math.min(maxPauseMs, basePauseMs * 2 ** Math.min(this.failures++, 6)) * (0.5 + random() / 2);
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined); // woken by stop()
  }

  private get stopped(): boolean { return this.stopping.signal.aborted; }
  private get most(): number { return this.options.maxJobs ?? 256; }
  private now(): number { return (this.options.now ?? Date.now)(); }
}

const contextOf = ({ trace: { traceId }, id: spanId }: Span): SpanContext => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
const NOTHING: Promise<unknown> = Promise.resolve();
const jobsOf = (batch: readonly Ready[]): readonly TraceJob[] => batch.map(({ job }) => job);
const keyOf = (key: TraceKey): string => `${key.conversation} ${key.number}`;
const spansIn = (batch: readonly Ready[]): number => batch.reduce((sum, each) => sum + each.spans.length, 0);
