/**
 * The transaction: store what is new, fold, save, count. A version on each conversation row instead of a lock, because a lock cannot hold a row that
 * is not there yet. It stands for more: a batch is first folded with what is remembered of its conversations and leaves as one packet that fails as a
 * whole if anything was not as remembered. Then, and for what is rare, it is done carefully: two round trips, the first says what is new.
 */
import type { Client, Pool } from 'pg';
import { tick, type Folded } from '../core/conversation.ts';
import type { CanonicalEvent, Pseudonym, Tick } from '../core/event.ts';
import type { Observation } from '../core/fact.ts';
import type { Settings, SettingsFor } from '../core/settings.ts';
import type { TraceChoices } from '../core/trace-job.ts';
import { atOnce, sqlState } from './connection.ts';
import { countable, createCounts, type Countable } from './counts.ts';
import { createSave, type Saving } from './save.ts';
import { foldAgain } from './fold-again.ts';
import { drawVersion, freshOf, groupByConversation, knownMessages, lastOfEach, newestBySource, parseStates, withoutTwins, type LogLine, type Stored } from './batch.ts';
import { countableMoments, observationsOf, plan, type Known, type Plan } from './plan.ts';
import { createRecall, recollect } from './recall.ts';
import { createRecollection } from './recollection.ts';
import { observationToRow, type ObservationWrite } from './rows.ts';
import { STORE_EVENTS, STORE_HISTORY, storeParameters } from './statements.ts';
import type { Applied, Counting, EventStore, Rejected } from './store.ts';
import { saveSurveys } from './surveys.ts';
import { createWriter } from './writer.ts';

/** What the transaction works with. */
export interface StoreOptions {
  readonly url: string;
  readonly pool: Pool;
  readonly settingsFor: SettingsFor;
  readonly counting: Counting;
  readonly now: () => number;
  /** Which traces are kept; absent: none are sent. */
  readonly traces?: TraceChoices;
  /** A conversation whose fold threw: it is left as it was and tried again with its next event. */
  readonly onFoldFailure?: (error: unknown) => void;
  /** A batch was stored; `read`: its conversations had to be read first. */
  readonly onBatch?: (states: 'remembered' | 'read') => void;
}

/** The event store with what only the exporter and the import may do. */
export interface Store extends EventStore {
  /** History: the same facts, those included that time has brought by now, but nothing is counted. */
  applyHistory(batch: readonly CanonicalEvent[]): Promise<Applied>;
  /** Brings imported conversations to `now`: what the clock closes in the past is a fact, but counted no more than the import. */
  closeHistory(now: number): Promise<void>;
  close(): Promise<void>;
}

/** Connects with the first batch; one writer per process. */
export function createStore(options: StoreOptions): Store {
  const writer = createWriter(options.url);
  const counts = createCounts(options.counting, options.pool);
  const recollection = createRecollection();
  const recall = createRecall(writer, recollection);
  const trust = createTrust();
  const save = createSave({ counts, recollection, now: options.now, ...(options.traces && { traces: options.traces }) });

  /** With what is remembered. Undefined: not everything was as remembered, or it takes more than a save; nothing of it is stored. */
  async function applyGuessed(client: Client, given: readonly CanonicalEvent[], rejected: readonly Rejected[]): Promise<Applied | undefined> {
    const events = withoutTwins(given);
    if (!trust.holds() || events.some(asksForSurvey)) return undefined;
    const groups = groupByConversation(events);
    const recalled = recollect(recollection, groups);
    if (!recalled) return undefined;
    const { states, known, unseen } = recalled;
    const facts = countable(rejected.map((item) => ({ ...item, result: 'rejected' })));
    const savings: Saving[] = [];
    for (const [id, own] of groups) {
      const planned = planGuessed(id, own, states.get(id), known, facts);
      if (!planned) return undefined;
      savings.push(planned);
    }
    if (facts.facts.some((fact) => fact.type === 'survey_reply')) return undefined;
    tellResults(facts, given, new Set(events), new Set());
    // It keeps its turn until it is answered: one round trip is short, and batches that left sooner would be small.
    const held = await save(client, () => undefined, { savings, countable: facts, newest: newestBySource(events), known, live: true, guess: { events, unseen } }).then(() => true, (error: unknown) => {
      if (sqlState(error) === undefined) throw error;
      return false; // whatever it is, doing it carefully will tell
    });
    trust.learn(held);
    if (!held) return undefined;
    options.onBatch?.('remembered');
    return { stored: events.length, duplicates: given.length - events.length };
  }

  async function applyCarefully(client: Client, sent: () => void, given: readonly CanonicalEvent[], rejected: readonly Rejected[], live: boolean): Promise<Applied> {
    const events = withoutTwins(given);
    const conversations = [...new Set(events.flatMap((event) => event.conversation ?? []))].sort();
    const values = [...storeParameters(events, conversations)];
    const { rows: [row] } = await atOnce(client, () => {
      void client.query('begin').catch(() => undefined); // its failure is the next statement's
      return client.query<{ fresh: string; states: string | null; messages: LogLine[] | null; receipts: LogLine[] | null }>({ ...(live ? { name: 'store_events', text: STORE_EVENTS } : { name: 'store_history', text: STORE_HISTORY }), values });
    });
    const fresh = freshOf(events, row!.fresh);
    const states = parseStates(row!.states);
    const known = knownMessages(row!.messages ?? [], row!.receipts ?? []);
    const facts = countable(rejected.map((item) => ({ ...item, result: 'rejected' })));
    const late = new Set<CanonicalEvent>();
    const savings: Saving[] = [];
    for (const [id, own] of groupByConversation(fresh)) {
      const saving = await planOne(client, id, own, states.get(id), known, facts, late, live);
      if (saving) savings.push(saving);
    }
    await saveSurveys(client, fresh, facts.facts);
    tellResults(facts, given, new Set(fresh), late);
    await save(client, sent, { savings, countable: facts, newest: newestBySource(fresh), known, live });
    options.onBatch?.('read');
    return { stored: fresh.length, duplicates: given.length - fresh.length };
  }

  function tellResults({ results }: Countable, given: readonly CanonicalEvent[], fresh: ReadonlySet<CanonicalEvent>, late: ReadonlySet<CanonicalEvent>): void {
    for (const event of given) {
      const stored = fresh.has(event);
      const result = !stored ? 'duplicate' : event.clamped ? 'future' : late.has(event) ? 'late' : 'accepted';
      results.push({ source: event.source, kind: event.kind, result, ...(stored ? { delay: (event.receivedAt - event.t) / 1000 } : {}) });
    }
  }

  async function planOne(client: Client, id: string, fresh: readonly CanonicalEvent[], stored: Stored | undefined, known: Known,
    facts: Countable, late: Set<CanonicalEvent>, live: boolean): Promise<Saving | undefined> {
    const settings = options.settingsFor(fresh[0]!.source, fresh[0]!.inbox);
    const settleAt = settlingAt(fresh, settings);
    try {
      const planned = plan(id, stored?.state, fresh, known, settings);
      facts.facts.push(...planned.facts);
      for (const event of planned.late) late.add(event);
      const onward = (folded: Folded): Folded => (live ? folded : elapsed(id, folded, settings));
      if (planned.folded) return inOrder(id, stored, onward(planned.folded), fresh, settings, facts, live);
      const again = await foldAgain(client, id, stored?.state, fresh, settings, { settleAt, onward });
      for (const [type, n] of again.corrections) facts.corrections.set(type, (facts.corrections.get(type) ?? 0) + n);
      const rows = live ? again.rows : again.rows.map((row) => ({ ...row, settled: true }));
      return saving(id, stored, again.folded, rows, settings, facts, fresh[0]!, fresh);
    } catch (error) {
      if (sqlState(error) !== undefined || !isOurs(error)) throw error;
      options.onFoldFailure?.(error); // the events are kept; the next event of this conversation folds them with the rest
      return undefined;
    }
  }

  /** Undefined: it needs its history, or cannot be folded. */
  function planGuessed(id: string, fresh: readonly CanonicalEvent[], stored: Stored | undefined, known: Known, facts: Countable): Saving | undefined {
    const settings = options.settingsFor(fresh[0]!.source, fresh[0]!.inbox);
    let planned: Plan;
    try {
      planned = plan(id, stored?.state, fresh, known, settings);
    } catch (error) {
      if (isOurs(error)) return undefined;
      throw error;
    }
    facts.facts.push(...planned.facts);
    return planned.folded && inOrder(id, stored, planned.folded, fresh, settings, facts, true);
  }

  function inOrder(id: string, stored: Stored | undefined, folded: Folded, fresh: readonly CanonicalEvent[], settings: Settings, facts: Countable, live: boolean): Saving {
    const settleAt = settlingAt(fresh, settings);
    const rows = lastOfEach(observationsOf(folded.facts)).map((fact) => observationToRow(fact, settleAt(fact), !live));
    return saving(id, stored, folded, rows, settings, facts, fresh[0]!, fresh);
  }

  /** History is over: what time has brought since belongs to it, and must not be left to a clock that counts. */
  function elapsed(id: string, folded: Folded, settings: Settings): Folded {
    const after = tick(id, folded.state, options.now(), settings);
    return { state: after.state, facts: [...folded.facts, ...after.facts], closed: [...folded.closed, ...after.closed] };
  }

  function saving(id: string, stored: Stored | undefined, folded: Folded, rows: readonly ObservationWrite[], settings: Settings,
    facts: Countable, at: { channel: string; inbox: string }, fresh: readonly CanonicalEvent[] = []): Saving {
    facts.facts.push(...countableMoments(stored?.state.counted, folded.state, folded.facts));
    const place = folded.state.open ?? at;
    return {
      id, previous: stored?.version ?? 0, version: drawVersion(), before: stored?.state, state: folded.state, settings, observations: rows, episodes: folded.closed, channel: place.channel,
      inbox: place.inbox, fresh, facts: folded.facts,
    };
  }

  const timePasses = async (ticks: readonly Tick[], live: boolean): Promise<void> => {
    if (ticks.length === 0) return;
    await writer.inTurn(async (client, sent) => {
      void client.query('begin').catch(() => undefined);
      const ids = [...new Set(ticks.map((each): string => each.conversation))];
      const { rows: [row] } = await client.query<{ states: string | null }>(
        "select string_agg(conversation.id::text || conversation.version || conversation.state, E'\\n') as states from replywatch.conversation where conversation.id = any ($1::uuid[])", [ids]);
      const now = Math.max(...ticks.map((each) => each.t));
      const facts = countable();
      const savings = [...parseStates(row!.states).values()].flatMap((stored) => {
        const { open } = stored.state;
        // Without an open episode there is nothing to wait for; saving it clears the wake-up.
        if (!open) return [saving(stored.id, stored, { state: stored.state, facts: [], closed: [] }, [], options.settingsFor('', ''), facts, { channel: 'other', inbox: '' })];
        const settings = options.settingsFor(open.source, open.inbox);
        const folded = tick(stored.id, stored.state, now, settings);
        const rows = lastOfEach(observationsOf(folded.facts)).map((fact) => observationToRow(fact, Math.max(fact.at, now) + settings.settleSeconds * 1000, !live));
        return [saving(stored.id, stored, folded, rows, settings, facts, open)];
      });
      await save(client, sent, { savings, countable: facts, newest: new Map(), known: new Map(), live });
    });
  };

  return {
    async apply(events, rejected = [], next) {
      return writer.inTurn(async (client, sent) =>
        await applyGuessed(client, events, rejected) ?? applyCarefully(client, sent, events, rejected, true), next);
    },
    recall,
    applyHistory: (events) => writer.inTurn((client, sent) => applyCarefully(client, sent, events, [], false)),
    async due(now, limit) {
      const { rows } = await options.pool.query<{ id: Pseudonym }>(
        'select conversation.id from replywatch.conversation where conversation.wake_at <= to_timestamp($1::float8 / 1000) order by conversation.wake_at limit $2', [now, limit]);
      return rows.map((row): Tick => ({ kind: 'tick', t: now, conversation: row.id }));
    },
    applyTicks: (ticks) => timePasses(ticks, true),
    async closeHistory(now) {
      for (let ticks = await this.due(now, 500); ticks.length > 0; ticks = await this.due(now, 500)) await timePasses(ticks, false);
    },
    close: () => writer.close(),
  };
}

/** Surveys have rows of their own, written before the save. */
const asksForSurvey = (event: CanonicalEvent): boolean =>
  event.kind === 'survey.sent' || event.kind === 'survey.answered' || (event.kind === 'message.outbound' && event.survey !== undefined);

/** A mistake in folding: it must not cost the others their place. */
const isOurs = (error: unknown): boolean => error instanceof TypeError || error instanceof RangeError;

/** When a fact that is new may be counted: epoch milliseconds. */
function settlingAt(fresh: readonly CanonicalEvent[], settings: Settings): (fact: Observation) => number {
  const arrival = Math.max(...fresh.map((event) => event.receivedAt));
  return (fact) => Math.max(fact.at, arrival) + settings.settleSeconds * 1000;
}

/** Where two exporters share the conversations, what one remembers is often old: after each disappointment more batches go without. */
function createTrust(): { holds(): boolean; learn(held: boolean): void } {
  let rest = 0;
  let penalty = 1;
  return {
    holds: () => rest === 0 || rest-- === 0,
    learn(held) {
      penalty = held ? 1 : Math.min(penalty * 2, 64);
      if (!held) rest = penalty;
    },
  };
}
