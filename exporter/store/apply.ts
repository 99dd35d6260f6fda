/**
 * The transaction: store what is new, fold, save, count. Two round trips on a pipelined connection; a version on each
 * conversation row instead of a lock, because a lock cannot hold a row that is not there yet.
 */
import type { Pool } from 'pg';
import { tick, type Folded } from '../core/conversation.ts';
import type { CanonicalEvent, Pseudonym, Tick } from '../core/event.ts';
import type { CommitFact, Observation, ObservationType } from '../core/fact.ts';
import type { Settings, SettingsFor } from '../core/settings.ts';
import type { ConversationState } from '../core/state.ts';
import type { TraceChoices } from '../core/trace-job.ts';
import { sqlState } from './connection.ts';
import { addLive } from './live.ts';
import { queueTraces } from './queue-traces.ts';
import { foldAgain } from './fold-again.ts';
import { freshOf, groupByConversation, knownMessages, lastOfEach, linesOf, newestBySource, parseStates, withoutTwins, type Stored } from './batch.ts';
import { countableMoments, observationsOf, plan, type Known } from './plan.ts';
import { observationToRow, type ObservationWrite } from './rows.ts';
import { claimSlots } from './slots.ts';
import { byId, plainArray, saveOf, STATES, STORE_EVENTS, STORE_HISTORY, storeParameters, type ConversationWrite } from './statements.ts';
import type { Applied, Counting, EventStore, Rejected } from './store.ts';
import { saveSurveys } from './surveys.ts';
import { TwoSteps } from './two-steps.ts';
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
}

/** The event store with what only the exporter and the import may do. */
export interface Store extends EventStore {
  /** History: the same facts, those included that time has brought by now, but nothing is counted. */
  applyHistory(batch: readonly CanonicalEvent[]): Promise<Applied>;
  /** Brings imported conversations to `now`: what the clock closes in the past is a fact, but counted no more than the import. */
  closeHistory(now: number): Promise<void>;
  close(): Promise<void>;
}

/** One conversation on its way into the database. */
interface Saving extends ConversationWrite {
  readonly before: ConversationState | undefined;
  readonly fresh: readonly CanonicalEvent[];
  readonly facts: Folded['facts'];
}

/** What a transaction counts. Kept apart from the counting, which may have to be done twice to claim label slots. */
interface Countable {
  readonly facts: CommitFact[];
  readonly corrections: Map<ObservationType, number>;
  readonly results: { source: string; kind: string; result: 'accepted' | 'duplicate' | 'late' | 'future' | 'rejected'; delay: number | undefined }[];
}

/** Connects with the first batch; one writer per process. */
export function createStore(options: StoreOptions): Store {
  const writer = createWriter(options.url);
  let corrected = 0; // facts the last transaction changed in place; told with the next one
  let ahead: Promise<unknown> = Promise.resolve(); // the save before

  const inTurn = <T>(work: (steps: TwoSteps, sent: () => void) => Promise<T>): Promise<T> => writer.inTurn(async (client, sent) => {
    const steps = new TwoSteps(client);
    try {
      return await work(steps, sent);
    } catch (error) {
      steps.abandon();
      throw error;
    }
  });

  async function applyBatch(steps: TwoSteps, sent: () => void, given: readonly CanonicalEvent[], rejected: readonly Rejected[], live: boolean): Promise<Applied> {
    const events = withoutTwins(given);
    const named = groupByConversation(events);
    const values = storeParameters(events, [...named.keys()]);
    const [ids, lines, messages, receipts] = await steps.first({ ...(live ? STORE_EVENTS : STORE_HISTORY), values });
    const fresh = freshOf(events, ids!);
    const states = parseStates(lines!);
    const known = knownMessages(linesOf(messages!), linesOf(receipts!));
    const countable: Countable = { facts: [], corrections: new Map(), results: rejected.map(({ source, kind }) => ({ source, kind, result: 'rejected', delay: undefined })) };
    const late = new Set<CanonicalEvent>();
    const savings: Saving[] = [];
    for (const [id, own] of fresh === events ? named : groupByConversation(fresh)) {
      const planned = planOne(steps, id, own, states.get(id), known, countable, late, live);
      const saving = planned instanceof Promise ? await planned : planned; // most have nothing to wait for
      if (saving) savings.push(saving);
    }
    await saveSurveys(steps, fresh, countable.facts);
    const isFresh = fresh.length === given.length ? undefined : new Set(fresh);
    for (const event of given) {
      const stored = isFresh === undefined || isFresh.has(event);
      const result = !stored ? 'duplicate' : event.clamped ? 'future' : late.has(event) ? 'late' : 'accepted';
      countable.results.push({ source: event.source, kind: event.kind, result, delay: stored ? (event.receivedAt - event.t) / 1000 : undefined });
    }
    await save(steps, sent, savings, countable, newestBySource(fresh), live);
    return { stored: fresh.length, duplicates: given.length - fresh.length };
  }

  function planOne(steps: TwoSteps, id: string, fresh: readonly CanonicalEvent[], stored: Stored | undefined, known: Known,
    countable: Countable, late: Set<CanonicalEvent>, live: boolean): Saving | Promise<Saving | undefined> | undefined {
    const settings = options.settingsFor(fresh[0]!.source, fresh[0]!.inbox);
    const arrival = fresh.reduce((latest, event) => Math.max(latest, event.receivedAt), 0);
    const settleAt = (fact: Observation): number => Math.max(fact.at, arrival) + settings.settleSeconds * 1000;
    const onward = (folded: Folded): Folded => (live ? folded : elapsed(id, folded, settings));
    const again = async (): Promise<Saving> => {
      const { corrections, rows, folded } = await foldAgain(steps, id, stored?.state, fresh, settings, { settleAt, onward });
      for (const [type, n] of corrections) countable.corrections.set(type, (countable.corrections.get(type) ?? 0) + n);
      return saving(id, stored, folded, live ? rows : rows.map((row) => ({ ...row, settled: true })), settings, countable, fresh[0]!, fresh);
    };
    try {
      const planned = plan(id, stored?.state, fresh, known, settings);
      countable.facts.push(...planned.facts);
      for (const event of planned.late) late.add(event);
      if (!planned.folded) return again().catch(leftAsItWas);
      const folded = onward(planned.folded);
      const rows = lastOfEach(observationsOf(folded.facts)).map((fact) => observationToRow(fact, settleAt(fact), !live));
      return saving(id, stored, folded, rows, settings, countable, fresh[0]!, fresh);
    } catch (error) {
      return leftAsItWas(error);
    }
  }

  /** After a mistake of ours the events are kept, and the next event of their conversation folds them with the rest. @throws what is none */
  function leftAsItWas(error: unknown): undefined {
    if (sqlState(error) !== undefined || !(error instanceof TypeError || error instanceof RangeError)) throw error;
    options.onFoldFailure?.(error);
  }

  /** History is over: what time has brought since belongs to it, and must not be left to a clock that counts. */
  function elapsed(id: string, folded: Folded, settings: Settings): Folded {
    const after = tick(id, folded.state, options.now(), settings);
    return { state: after.state, facts: [...folded.facts, ...after.facts], closed: [...folded.closed, ...after.closed] };
  }

  function saving(id: string, stored: Stored | undefined, folded: Folded, rows: readonly ObservationWrite[], settings: Settings,
    countable: Countable, at: { channel: string; inbox: string }, fresh: readonly CanonicalEvent[] = []): Saving {
    countable.facts.push(...countableMoments(stored?.state.counted, folded.state, folded.facts));
    const place = folded.state.open ?? at;
    return {
      id, version: (stored?.version ?? 0) + 1, before: stored?.state, state: folded.state, settings, observations: rows, episodes: folded.closed, channel: place.channel,
      inbox: place.inbox, fresh, facts: folded.facts,
    };
  }

  async function save(steps: TwoSteps, sent: () => void, savings: Saving[], countable: Countable, newest: ReadonlyMap<string, number>, live: boolean): Promise<void> {
    await ahead; // answered already, as it was sent first: this only lets it tell what it corrected
    const totals = await counted(countable, savings, live);
    savings.sort(byId);
    if (live && options.traces) queueTraces(steps, savings, options.traces, options.now());
    const saved = steps.last(saveOf(savings, totals, newest), sent);
    ahead = saved.then((answer) => { corrected = Number(answer[2]); }, () => undefined);
    await saved;
  }

  async function counted(countable: Countable, savings: readonly Saving[], live: boolean): Promise<Map<string, number>> {
    for (;;) {
      const totals = new Map<string, number>();
      if (live) count(countable, totals);
      const missing = options.counting.missing();
      if (missing.length > 0) { await claimSlots(options.pool, options.counting, missing); continue; }
      for (const { before, state } of savings) addLive(before, state, totals);
      return totals;
    }
  }

  function count({ facts, corrections, results }: Countable, totals: Map<string, number>): void {
    const { counting } = options;
    for (const fact of facts) counting.add(fact, totals);
    for (const [type, n] of corrections) counting.correction(type, n, totals);
    if (corrected > 0) counting.correction('sla', corrected, totals);
    for (const { source, kind, result, delay } of results) {
      counting.event(source, kind, result, totals);
      if (delay !== undefined) counting.ingestDelay(source, delay, totals);
    }
  }

  const timePasses = async (ticks: readonly Tick[], live: boolean): Promise<void> => {
    if (ticks.length === 0) return;
    await inTurn(async (steps, sent) => {
      const ids = [...new Set(ticks.map((each): string => each.conversation))];
      const [lines] = await steps.first({ ...STATES, values: [plainArray(ids)] });
      const now = Math.max(...ticks.map((each) => each.t));
      const countable: Countable = { facts: [], corrections: new Map(), results: [] };
      const savings = [...parseStates(lines!).values()].flatMap((stored) => {
        const { open } = stored.state;
        // Without an open episode there is nothing to wait for; saving it clears the wake-up.
        if (!open) return [saving(stored.id, stored, { state: stored.state, facts: [], closed: [] }, [], options.settingsFor('', ''), countable, { channel: 'other', inbox: '' })];
        const settings = options.settingsFor(open.source, open.inbox);
        const folded = tick(stored.id, stored.state, now, settings);
        const rows = lastOfEach(observationsOf(folded.facts)).map((fact) => observationToRow(fact, Math.max(fact.at, now) + settings.settleSeconds * 1000, !live));
        return [saving(stored.id, stored, folded, rows, settings, countable, open)];
      });
      await save(steps, sent, savings, countable, new Map(), live);
    });
  };

  return {
    apply: (events, rejected = [], next = () => undefined) => inTurn((steps, sent) => applyBatch(steps, () => { sent(); next(); }, events, rejected, true)),
    applyHistory: (events) => inTurn((steps, sent) => applyBatch(steps, sent, events, [], false)),
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
