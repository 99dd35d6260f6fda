/** From a request to its answer: verify, parse, enrich, commit. Callbacks, because a promise per request costs more than the signature. */
import type { CanonicalEvent, ParsedEvent } from '../core/event.ts';
import type { Reply, Secrets, SourceAdapter, SourceContext, WebhookRequest } from '../sources/source.ts';
import type { Rejected } from '../store/store.ts';
import type { CanonicalRead } from './canonical.ts';
import type { Committed, Committer } from './committer.ts';
import type { Enricher } from './enrich.ts';
import type { Identities } from './identity.ts';
import type { Spool } from './spool.ts';

/** A source that is switched on. */
export interface ActiveSource { readonly adapter: SourceAdapter; readonly secrets: Secrets }

/** Why a request got its answer; `malformed`: it is the provider's, and not one of its items could be read. */
export type Reason = 'stored' | 'ignored' | 'malformed' | 'spooled' | 'missing' | 'invalid' | 'stale' | 'unreadable' | 'store_down' | 'queue_full' | 'unexpected';
/** Hears how a request is answered, and why. */
export type Done = (status: number, reason: Reason) => void;

/** What `POST /v1/events` answers. Duplicates are not among the accepted. */
export interface EventsAnswer {
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: readonly { readonly index: number; readonly reason: string }[];
}

/** The part of the process metrics this room reports to. */
export interface PipelineMetrics {
  webhook(source: string, reason: Reason, seconds: number): void;
  leftOut(source: string, items: { readonly ignored: number; readonly unknown: number; readonly malformed: number }): void;
  note(source: string, topic: string, state: string): void;
}

/** The part of a logger that requests need. */
export interface PipelineLog {
  debug(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The stations of a request, and who hears of what happens at them. */
export interface PipelineOptions {
  readonly sources: readonly ActiveSource[];
  readonly enricher: Enricher;
  readonly committer: Pick<Committer, 'submit'>;
  readonly spool: Pick<Spool, 'hold'>;
  readonly metrics: PipelineMetrics;
  readonly log: PipelineLog;
  /** Our address as providers see it. */
  readonly publicUrl?: string;
  /** How long the database may take while a customer waits, ms; default 1,000. */
  readonly patienceMs?: number;
  /** Gets the kinds of a body that its adapter does not know. */
  readonly onUnknown?: (source: string, kinds: readonly string[]) => void;
  /** Gets the text of each message that was stored, once it is. Absent: texts end with `enrich`. */
  readonly onText?: (event: CanonicalEvent, text: string) => void;
  /** Knows customers of several sources by what they have in common. Absent: nobody is linked. */
  readonly identities?: Identities;
}

/** Takes requests; each is answered exactly once. */
export interface Pipeline {
  has(source: string): boolean;
  /** The text that answers a subscription handshake; undefined refuses it. */
  handshake(source: string, request: WebhookRequest): string | undefined;
  /** The body of 200 to this request, where the provider acts on it. */
  reply(source: string, request: WebhookRequest): Reply | undefined;
  /** Calls `done` once; a 200 is given only for what is durable. */
  webhook(source: string, request: WebhookRequest, done: Done): void;
  /** Canonical events that were read already. `answer` comes with 200 only. */
  events(read: CanonicalRead, done: (status: number, reason: Reason, answer?: EventsAnswer) => void): void;
}

/** Texts on their way to whoever asked for them. */
type Texts = [event: CanonicalEvent, text: string][];
/** Events that name their customer by more than an id, with what became of them. */
type Named = [event: ParsedEvent, stored: CanonicalEvent][];

const NO_UNKNOWN = { source: '', kind: 'unknown' } as const;

/** Wires the stations up; it keeps nothing of a request after its answer. */
export function createPipeline({ sources, enricher, committer, spool, metrics, log, publicUrl, patienceMs = 1_000, onText, onUnknown, identities }: PipelineOptions): Pipeline {
  const active = new Map<string, ActiveSource & { readonly context: SourceContext }>(sources.map((source) => [
    source.adapter.id, { ...source, context: { source: source.adapter.id, ...(publicUrl !== undefined && { publicUrl }) } },
  ]));

  return {
    has: (source) => active.has(source),
    handshake(source, request) {
      const known = active.get(source);
      return known?.adapter.handshake?.(request, known.secrets);
    },
    reply: (source, request) => active.get(source)?.adapter.reply?.(request),
    webhook(source, request, done) {
      const start = performance.now();
      const answer: Done = (status, reason) => {
        metrics.webhook(source, reason, (performance.now() - start) / 1000);
        done(status, reason);
      };
      try {
        receive(source, request, answer);
      } catch (error) {
        if (error instanceof SyntaxError) return answer(400, 'unreadable');
        log.error({ err: error, source }, 'webhook failed'); // a mistake of ours: the provider keeps the body and sends it again
        answer(503, 'unexpected');
      }
    },
    events,
  };

  function receive(id: string, request: WebhookRequest, answer: Done): void {
    const source = active.get(id);
    if (!source) throw new Error('webhook for a source that is off');
    const verdict = source.adapter.verify(request, source.secrets, source.context);
    if (verdict !== 'ok') return answer(401, verdict);

    const parsed = source.adapter.parse(request, source.context);
    const { events, rejected, texts, named } = enrichAll(parsed.events);
    for (let i = 0; i < parsed.malformed.length; i++) rejected.push({ ...NO_UNKNOWN, source: id });
    const accept: Done = (status, reason) => {
      // Only now, so that a body that is sent again is not reported twice.
      if (parsed.ignored.length + parsed.unknown.length + parsed.malformed.length > 0) {
        onUnknown?.(id, parsed.unknown);
        metrics.leftOut(id, { ignored: parsed.ignored.length, unknown: parsed.unknown.length, malformed: parsed.malformed.length });
        log.debug({ source: id, unknown: parsed.unknown, malformed: parsed.malformed }, 'webhook items left out');
      }
      for (const note of parsed.health ?? []) metrics.note(id, note.topic, note.state);
      answer(status, reason === 'stored' && events.length === 0 ? 'malformed' : reason); // only its rejections were stored
      for (const [event, text] of texts) onText?.(event, text);
      link(named);
    };
    if (events.length + rejected.length === 0) return accept(200, 'ignored');

    const { retries, customerWaits } = source.adapter;
    const unstored = (status: number, reason: Reason): void => {
      if (retries) return answer(status, reason);
      spool.hold(events, rejected, (held) => (held === 'failed' ? answer(status, reason) : accept(200, held)), customerWaits);
    };
    let isLate = false; // what is stored after that is on the disk, too, and counts once
    const patience = customerWaits && setTimeout(() => { isLate = true; unstored(503, 'store_down'); }, patienceMs);
    const taken = committer.submit(events, rejected, (error) => {
      clearTimeout(patience);
      if (isLate) return;
      if (error === undefined) accept(200, 'stored');
      else unstored(503, isUnavailable(error) ? 'store_down' : 'unexpected');
    });
    if (taken) return;
    clearTimeout(patience);
    unstored(503, 'queue_full');
  }

  function enrichAll(parsed: readonly ParsedEvent[]): { readonly events: CanonicalEvent[]; readonly rejected: Rejected[]; readonly texts: Texts; readonly named: Named } {
    const events: CanonicalEvent[] = [];
    const rejected: Rejected[] = [];
    const texts: Texts = [];
    const named: Named = [];
    for (const item of parsed) {
      const event = enricher.enrich(item);
      if (event) events.push(event);
      else rejected.push({ source: item.source, kind: item.kind });
      if (event) remember(texts, event, item.text);
      if (event && isNamed(item)) named.push([item, event]);
    }
    return { events, rejected, texts, named };
  }

  function isNamed({ phone, email }: ParsedEvent): boolean {
    return identities !== undefined && (phone !== undefined || email !== undefined);
  }

  /** Beside the answer: a link that is lost follows from the customer's next event again. */
  function link(named: Named): void {
    const merges = named.flatMap(([event, stored]) => identities?.of(event, stored) ?? []);
    if (merges.length > 0) committer.submit(merges, [], (error) => { if (error === undefined) identities?.note(merges); });
  }

  function remember(texts: Texts, event: CanonicalEvent, text: string | undefined): void {
    if (onText && text !== undefined && (event.kind === 'message.inbound' || event.kind === 'message.outbound')) texts.push([event, text]);
  }

  function events(read: CanonicalRead, done: (status: number, reason: Reason, answer?: EventsAnswer) => void): void {
    const indexOf = new Map<CanonicalEvent, number>();
    const texts: Texts = [];
    const named: Named = [];
    const refusals = [...read.rejected];
    const rejected: Rejected[] = read.rejected.map(({ source, kind }) => ({ source, kind }));
    for (const { index, event } of read.events) {
      const enriched = enricher.enrich(event);
      if (enriched) {
        indexOf.set(enriched, index);
        remember(texts, enriched, event.text);
        if (isNamed(event)) named.push([event, enriched]);
      } else {
        refusals.push({ index, reason: 't: is out of range', source: event.source, kind: event.kind });
        rejected.push({ source: event.source, kind: event.kind });
      }
    }
    const answer = ({ stored, duplicates, refused }: Committed): EventsAnswer => ({
      accepted: stored, duplicate: duplicates,
      rejected: [...refusals.map(({ index, reason }) => ({ index, reason })), ...refused.map((event) => ({ index: indexOf.get(event) ?? -1, reason: 'refused by the database' }))]
        .sort((a, b) => a.index - b.index),
    });
    if (indexOf.size + rejected.length === 0) return done(200, 'ignored', answer({ stored: 0, duplicates: 0, refused: [] }));
    // Alone, because the answer tells how many were new.
    const taken = committer.submit([...indexOf.keys()], rejected, (error, committed) => {
      if (committed) {
        done(200, 'stored', answer(committed));
        for (const [stored, text] of texts) onText?.(stored, text);
        link(named);
      } else done(503, isUnavailable(error) ? 'store_down' : 'unexpected');
    }, true);
    if (!taken) done(503, 'queue_full');
  }
}

const isUnavailable = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'STORE_UNAVAILABLE';
