/**
 * The transaction: store what is new, fold, save, count. Two round trips on a pipelined connection; a version on each
 * conversation row instead of a lock, because a lock cannot hold a row that is not there yet.
 * Longer than a module should be: what happens between BEGIN and COMMIT is read in one piece.
 */
import type { Client, Pool } from 'pg';
import { isBehindBase, nextWake, tick, type Folded } from '../core/conversation.ts';
import { versionOf } from '../core/definitions.ts';
import { compareKeys, orderKeyOf, type CanonicalEvent, type Pseudonym, type Tick } from '../core/event.ts';
import type { CommitFact, EpisodeFact, Observation, ObservationType } from '../core/fact.ts';
import { refold } from '../core/history.ts';
import type { Settings, SettingsFor } from '../core/settings.ts';
import { waitStart, type ConversationState } from '../core/state.ts';
import { atOnce, connectWriter, isLostRace, sqlState, storeError } from './connection.ts';
import { addLive } from './live.ts';
import { enqueueTraces, type TraceEntry } from './outbox.ts';
import { freshOf, groupByConversation, isSelfContained, knownMessages, lastOfEach, newestBySource, parseStates, withoutTwins, type LogLine, type Stored } from './batch.ts';
import { countableMoments, observationsOf, plan, type Known } from './plan.ts';
import { reconcile, type StoredObservation } from './reconcile.ts';
import { episodeToRow, EVENT_COLUMNS, OBSERVATION_COLUMNS, observationToRow, rowToEvent, rowToObservation, type EventRow, type ObservationRow, type ObservationWrite } from './rows.ts';
import { claimSlots } from './slots.ts';
import { factParameters, plainArray, saveStatement, STORE_EVENTS, storeParameters, textArray } from './statements.ts';
import type { Applied, Counting, EventStore, Rejected } from './store.ts';
import { saveSurveys } from './surveys.ts';

export interface StoreOptions {
  readonly url: string;
  readonly pool: Pool;
  readonly settingsFor: SettingsFor;
  readonly counting: Counting;
  readonly now: () => number;
  /** The trace of a closed episode; absent: none are sent. */
  readonly traceOf?: (episode: EpisodeFact) => { readonly traceId: string; readonly keepReason: string | null };
  /** A conversation whose fold threw: it is left as it was and tried again with its next event. */
  readonly onFoldFailure?: (error: unknown) => void;
}

export interface Store extends EventStore {
  /** History: the same facts, those included that time has brought by now, but nothing is counted. */
  applyHistory(batch: readonly CanonicalEvent[]): Promise<Applied>;
  /** Brings imported conversations to `now`: what the clock closes in the past is a fact, but counted no more than the import. */
  closeHistory(now: number): Promise<void>;
  close(): Promise<void>;
}

const TRACE_DELAY_MS = 30_000;
const ATTEMPTS = 12;

/** A connection and the work that waits for it. */
interface Lane { turn: Promise<unknown>; writer?: Client }

/** One conversation on its way into the database. */
interface Saving {
  readonly id: string;
  readonly version: number;
  readonly before: ConversationState | undefined;
  readonly state: ConversationState;
  readonly settings: Settings;
  readonly observations: readonly ObservationWrite[];
  readonly episodes: readonly EpisodeFact[];
  readonly channel: string;
  readonly inbox: string;
}

/** What a transaction counts. Kept apart from the counting, which may have to be done twice to claim label slots. */
interface Countable {
  readonly facts: CommitFact[];
  readonly corrections: Map<ObservationType, number>;
  readonly results: { source: string; kind: string; result: 'accepted' | 'duplicate' | 'late' | 'future' | 'rejected'; delay?: number }[];
}

export function createStore(options: StoreOptions): Store {
  const lanes: Lane[] = [];
  let corrected = 0; // facts the last transaction changed in place; told with the next one

  /** Runs `work` when the lane is free, again when somebody else was faster. */
  const inTurn = <T>(lane: number, work: (client: Client) => Promise<T>): Promise<T> => {
    const own = (lanes[lane] ??= { turn: Promise.resolve() });
    const mine = own.turn.then(() => attempt(own, work));
    own.turn = mine.catch(() => undefined);
    return mine;
  };

  const attempt = async <T>(lane: Lane, work: (client: Client) => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++) {
      let client: Client;
      try {
        client = lane.writer ??= await connectWriter(options.url);
      } catch (error) {
        throw storeError(error);
      }
      try {
        return await work(client);
      } catch (error) {
        if (sqlState(error) === undefined || /^(08|57)/.test(sqlState(error) ?? '')) {
          delete lane.writer;
          void client.end().catch(() => undefined);
        } else {
          await client.query('rollback').catch(() => undefined);
        }
        if (!isLostRace(error) || tries >= ATTEMPTS) throw storeError(error);
      }
    }
  };

  const batch = (events: readonly CanonicalEvent[], rejected: readonly Rejected[], lane: number, live: boolean): Promise<Applied> =>
    inTurn(lane, (client) => applyBatch(client, events, rejected, live));

  async function applyBatch(client: Client, given: readonly CanonicalEvent[], rejected: readonly Rejected[], live: boolean): Promise<Applied> {
    const events = withoutTwins(given);
    const conversations = [...new Set(events.flatMap((event) => event.conversation ?? []))].sort();
    const messages = [...new Set(events.flatMap((event) => (event.kind === 'message.status' || event.kind === 'message.outbound' ? event.message : [])))];
    const values = [...storeParameters(events, conversations, messages)];
    const { rows: [row] } = await atOnce(client, () => {
      void client.query('begin').catch(() => undefined); // its failure is the next statement's
      return client.query<{ fresh: string; states: string | null; messages: LogLine[] | null; receipts: LogLine[] | null }>({ name: 'store_events', text: STORE_EVENTS, values });
    });
    const fresh = freshOf(events, row!.fresh);
    const states = parseStates(row!.states);
    const known = knownMessages(row!.messages ?? [], row!.receipts ?? []);
    const countable: Countable = { facts: [], corrections: new Map(), results: rejected.map((item) => ({ ...item, result: 'rejected' })) };
    const late = new Set<CanonicalEvent>();
    const savings: Saving[] = [];
    for (const [id, own] of groupByConversation(fresh)) {
      const saving = await planOne(client, id, own, states.get(id), known, countable, late, live);
      if (saving) savings.push(saving);
    }
    await saveSurveys(client, fresh, countable.facts);
    const isFresh = new Set(fresh);
    for (const event of given) {
      const stored = isFresh.has(event);
      const result = !stored ? 'duplicate' : event.clamped ? 'future' : late.has(event) ? 'late' : 'accepted';
      countable.results.push({ source: event.source, kind: event.kind, result, ...(stored ? { delay: (event.receivedAt - event.t) / 1000 } : {}) });
    }
    await save(client, savings, countable, newestBySource(fresh), live);
    return { stored: fresh.length, duplicates: given.length - fresh.length };
  }

  async function planOne(client: Client, id: string, fresh: readonly CanonicalEvent[], stored: Stored | undefined, known: Known,
    countable: Countable, late: Set<CanonicalEvent>, live: boolean): Promise<Saving | undefined> {
    const settings = options.settingsFor(fresh[0]!.source, fresh[0]!.inbox);
    const arrival = Math.max(...fresh.map((event) => event.receivedAt));
    const settleAt = (fact: Observation): number => Math.max(fact.at, arrival) + settings.settleSeconds * 1000;
    try {
      const planned = plan(id, stored?.state, fresh, known, settings);
      countable.facts.push(...planned.facts);
      for (const event of planned.late) late.add(event);
      const folded = planned.folded && (live ? planned.folded : elapsed(id, planned.folded, settings));
      const rows = folded
        ? { rows: lastOfEach(observationsOf(folded.facts)).map((fact) => observationToRow(fact, settleAt(fact), !live)), folded }
        : await again(client, id, stored?.state, fresh, settings, settleAt, countable, live);
      return saving(id, stored, rows.folded, rows.rows, settings, countable, fresh[0]!);
    } catch (error) {
      if (sqlState(error) !== undefined || !(error instanceof TypeError || error instanceof RangeError)) throw error;
      options.onFoldFailure?.(error); // the events are kept; the next event of this conversation folds them with the rest
      return undefined;
    }
  }

  /** Folds a history again and puts its facts in place of the old ones. */
  async function again(client: Client, id: string, state: ConversationState | undefined, fresh: readonly CanonicalEvent[], settings: Settings,
    settleAt: (fact: Observation) => number, countable: Countable, live: boolean): Promise<{ folded: Folded; rows: readonly ObservationWrite[] }> {
    let base = state?.base;
    if (!state || !base || fresh.some((event) => isBehindBase(state, orderKeyOf(event)))) base = undefined;
    let events = await loadEvents(client, id, base?.key?.[0]);
    if (base?.key) events = events.filter((event) => compareKeys(orderKeyOf(event), base!.key!) > 0);
    if (base?.key && !(isSelfContained(events) && !(await hasEarlierReceipts(client, id, base.key[0], events)))) { base = undefined; events = await loadEvents(client, id, undefined); }
    const refolded = refold(id, base, events, settings, state?.tickedAt);
    const folded = live ? refolded : elapsed(id, refolded, settings);
    const from = base?.episodes ?? 0;
    const { rows } = await client.query<ObservationRow & { settled: boolean; settle: string }>(
      `delete from replywatch.observation as observation where observation.conversation = $1 and observation.number > $2
       returning ${OBSERVATION_COLUMNS}, observation.settled, (extract(epoch from observation.settle_at) * 1000)::bigint as settle`, [id, from]);
    await client.query('delete from replywatch.episode_facts where episode_facts.conversation = $1 and episode_facts.number > $2', [id, from]);
    const before = rows.map((row): StoredObservation => ({ fact: rowToObservation(row), settled: row.settled, settleAt: Number(row.settle) }));
    const result = reconcile(before, lastOfEach(observationsOf(folded.facts)), settleAt);
    for (const [type, n] of result.corrections) countable.corrections.set(type, (countable.corrections.get(type) ?? 0) + n);
    return { folded, rows: live ? result.rows : result.rows.map((row) => ({ ...row, settled: true })) };
  }

  /** History is over: what time has brought since belongs to it, and must not be left to a clock that counts. */
  function elapsed(id: string, folded: Folded, settings: Settings): Folded {
    const after = tick(id, folded.state, options.now(), settings);
    return { state: after.state, facts: [...folded.facts, ...after.facts], closed: [...folded.closed, ...after.closed] };
  }

  function saving(id: string, stored: Stored | undefined, folded: Folded, rows: readonly ObservationWrite[], settings: Settings,
    countable: Countable, at: { channel: string; inbox: string }): Saving {
    countable.facts.push(...countableMoments(stored?.state.counted, folded.state, folded.facts));
    const place = folded.state.open ?? at;
    return { id, version: (stored?.version ?? 0) + 1, before: stored?.state, state: folded.state, settings, observations: rows, episodes: folded.closed, channel: place.channel, inbox: place.inbox };
  }

  async function save(client: Client, savings: readonly Saving[], countable: Countable, newest: ReadonlyMap<string, number>, live: boolean): Promise<void> {
    const sorted = savings.toSorted((a, b) => (a.id < b.id ? -1 : 1)); // one order for all writers
    const totals = await counted(countable, sorted, live);
    const keys = [...totals.keys()].sort();
    const traces = live ? tracesOf(sorted, options) : [];
    if (traces.length > 0) void enqueueTraces(client, traces, options.now()).catch(() => undefined); // a failure aborts the save below
    const wakes = sorted.map((each) => nextWake(each.state, each.settings));
    const observations = sorted.flatMap((each) => each.observations);
    const episodes = sorted.flatMap((each) => each.episodes.map((episode) => ({ ...episodeToRow(episode), version: versionOf(each.settings) })));
    const values = [
      plainArray(sorted.map((each) => each.id)), plainArray(sorted.map((each) => each.version)), sorted.map((each) => JSON.stringify(each.state)).join('\n') || null,
      plainArray(wakes), plainArray(sorted.map((each) => each.state.open && waitStart(each.state.open))), plainArray(sorted.map((each) => each.channel)),
      textArray(sorted.map((each) => each.inbox)), textArray(keys), plainArray(keys.map((key) => totals.get(key)!)),
      textArray([...newest.keys()]), plainArray([...newest.values()]), ...factParameters(observations, episodes),
    ];
    const statement = saveStatement({ observations: observations.length > 0, episodes: episodes.length > 0 });
    const [result, committed] = atOnce(client, () => [client.query<{ corrected: number }>({ ...statement, values }), client.query('commit')] as const);
    committed.catch(() => undefined); // when the save failed, this only says so again
    const { rows: [row] } = await result;
    await committed;
    corrected = row?.corrected ?? 0;
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
    await inTurn(0, async (client) => {
      void client.query('begin').catch(() => undefined);
      const ids = [...new Set(ticks.map((each) => each.conversation as string))];
      const { rows: [row] } = await client.query<{ states: string | null }>(
        "select string_agg(conversation.id::text || conversation.version || conversation.state, E'\\n') as states from replywatch.conversation where conversation.id = any ($1::uuid[])", [ids]);
      const now = Math.max(...ticks.map((each) => each.t));
      const countable: Countable = { facts: [], corrections: new Map(), results: [] };
      const savings = [...parseStates(row!.states).values()].flatMap((stored) => {
        const { open } = stored.state;
        // Without an open episode there is nothing to wait for; saving it clears the wake-up.
        if (!open) return [saving(stored.id, stored, { state: stored.state, facts: [], closed: [] }, [], options.settingsFor('', ''), countable, { channel: 'other', inbox: '' })];
        const settings = options.settingsFor(open.source, open.inbox);
        const folded = tick(stored.id, stored.state, now, settings);
        const rows = lastOfEach(observationsOf(folded.facts)).map((fact) => observationToRow(fact, Math.max(fact.at, now) + settings.settleSeconds * 1000, !live));
        return [saving(stored.id, stored, folded, rows, settings, countable, open)];
      });
      await save(client, savings, countable, new Map(), live);
    });
  };

  return {
    apply: (events, rejected = [], lane = 0) => batch(events, rejected, lane, true),
    applyHistory: (events) => batch(events, [], 0, false),
    async due(now, limit) {
      const { rows } = await options.pool.query<{ id: Pseudonym }>(
        'select conversation.id from replywatch.conversation where conversation.wake_at <= to_timestamp($1::float8 / 1000) order by conversation.wake_at limit $2', [now, limit]);
      return rows.map((row): Tick => ({ kind: 'tick', t: now, conversation: row.id }));
    },
    applyTicks: (ticks) => timePasses(ticks, true),
    async closeHistory(now) {
      for (let ticks = await this.due(now, 500); ticks.length > 0; ticks = await this.due(now, 500)) await timePasses(ticks, false);
    },
    async close() {
      for (const lane of lanes.splice(0)) {
        await lane.turn;
        await lane.writer?.end().catch(() => undefined);
      }
    },
  };
}

async function loadEvents(client: Client, conversation: string, from: number | undefined): Promise<CanonicalEvent[]> {
  const { rows } = await client.query<EventRow>(
    `select ${EVENT_COLUMNS} from replywatch.event as event where event.conversation = $1 and event.t >= to_timestamp($2::float8 / 1000)`, [conversation, from ?? 0]);
  return rows.map(rowToEvent);
}

/** A receipt dated before its own message: clocks of providers differ. */
async function hasEarlierReceipts(client: Client, conversation: string, before: number, events: readonly CanonicalEvent[]): Promise<boolean> {
  const messages = events.flatMap((event) => (event.kind === 'message.outbound' ? event.message : []));
  if (messages.length === 0) return false;
  const { rows } = await client.query(
    `select 1 from replywatch.event as event where event.message = any ($1::uuid[]) and event.kind = 'message.status' and event.conversation = $2
        and event.t <= to_timestamp($3::float8 / 1000) limit 1`, [messages, conversation, before]);
  return rows.length > 0;
}

function tracesOf(savings: readonly Saving[], { traceOf, now }: StoreOptions): readonly TraceEntry[] {
  if (!traceOf) return [];
  return savings.flatMap((each) => each.episodes.map((episode) => ({
    conversation: episode.conversation, number: episode.number, ...traceOf(episode), dueAt: Math.max(now(), episode.closedAt ?? 0) + TRACE_DELAY_MS,
  })));
}
