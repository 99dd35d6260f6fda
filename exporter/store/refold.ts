/** Conversations computed anew from their events, some at a time. Safe beside exporters that work: see `rebuildConversations`. */
import type { Pool, PoolClient } from 'pg';
import type { CanonicalEvent } from '../core/event.ts';
import { refold } from '../core/history.ts';
import type { Settings, SettingsFor } from '../core/settings.ts';
import { groupByConversation, lastOfEach, parseStates, type Stored } from './batch.ts';
import { isLostRace } from './connection.ts';
import { differences, rowsOf, type Differences } from './difference.ts';
import { addLive } from './live.ts';
import { countableMoments, observationsOf } from './plan.ts';
import { reconcile, type StoredObservation } from './reconcile.ts';
import { EVENT_COLUMNS, OBSERVATION_COLUMNS, rowToEvent, rowToObservation, type EventRow, type ObservationRow } from './rows.ts';
import { byId, saveOf, STORED_LINE, type ConversationWrite } from './statements.ts';
import type { Counting } from './store.ts';
import { inTransaction } from './transaction.ts';

/** Where conversations are computed anew. */
export interface RefoldOptions {
  readonly pool: Pool;
  readonly settingsFor: SettingsFor;
  readonly counting: Pick<Counting, 'correction'>;
}

/** What changed, and how many conversations could not be folded and stayed without facts. */
export interface Refolded { readonly differences: Differences; readonly failed: number }

const TABLES = ['episode_facts', 'observation'];
const ATTEMPTS = 12;

/** The next conversations in the order of their ids. */
export async function conversationsAfter(pool: Pool, after: string | undefined, limit: number): Promise<readonly string[]> {
  // From one to the next through the index: `distinct` would read the whole log.
  const { rows } = await pool.query<{ id: string }>(
    `with recursive next (id) as (
       (select event.conversation from replywatch.event where event.conversation > $1::uuid order by event.conversation limit 1)
       union all
       select (select event.conversation from replywatch.event where event.conversation > next.id order by event.conversation limit 1) from next where next.id is not null
     ) select next.id from next where next.id is not null limit $2`, [after ?? '00000000-0000-0000-0000-000000000000', limit]);
  return rows.map((row) => row.id);
}

/**
 * Puts what the events of these conversations say in the place of what was stored, in one transaction with `also`. Their rows are locked
 * first, so whatever is committed before is read; a batch that comes between finds another version of the conversation and folds again
 * on top of this. Nothing is counted: facts that were counted and are different now are told as corrections.
 */
export async function refoldConversations(options: RefoldOptions, ids: readonly string[], also: (client: PoolClient, result: Refolded) => Promise<void>): Promise<Refolded> {
  for (let tries = 1; ; tries++) {
    try {
      return await inTransaction(options.pool, async (client) => {
        const result = await replaceFacts(client, options, ids);
        await also(client, result);
        return result;
      });
    } catch (error) {
      if (!isLostRace(error) || tries >= ATTEMPTS) throw error;
    }
  }
}

async function replaceFacts(client: PoolClient, { settingsFor, counting }: RefoldOptions, ids: readonly string[]): Promise<Refolded> {
  const { rows: states } = await client.query<{ line: string }>(
    `select ${STORED_LINE} as line from replywatch.conversation
     where conversation.id = any ($1::uuid[]) order by conversation.id for update`, [ids]);
  const stored = parseStates(states.map((row) => row.line).join(','));
  const { rows } = await client.query<EventRow>(`select ${EVENT_COLUMNS} from replywatch.event as event where event.conversation = any ($1::uuid[])`, [ids]);
  const before = await rowsOf(client, TABLES, 'conversation', ids);
  const old = await takeObservations(client, ids);
  await client.query('delete from replywatch.episode_facts where episode_facts.conversation = any ($1::uuid[])', [ids]);
  const totals = new Map<string, number>();
  const fresh: ConversationWrite[] = [];
  let failed = 0;
  for (const [id, events] of groupByConversation(rows.map(rowToEvent))) {
    const { source, inbox } = events.reduce((last, event) => (event.t > last.t ? event : last));
    const settings = settingsFor(source, inbox);
    try {
      fresh.push(computed(id, stored.get(id), events, old.get(id) ?? [], settings, counting, totals));
    } catch (error) {
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      failed += 1; // a mistake of ours in one conversation: the others are better off computed
    }
  }
  const { text, values } = saveOf(fresh.sort(byId), totals, new Map());
  await client.query(text, [...values]); // without the name: this pool plans with the values
  const after = await rowsOf(client, TABLES, 'conversation', ids);
  return { differences: differences(before, after), failed };
}

function computed(id: string, stored: Stored | undefined, events: readonly CanonicalEvent[], old: readonly StoredObservation[], settings: Settings,
  counting: Pick<Counting, 'correction'>, totals: Map<string, number>): ConversationWrite {
  const folded = refold(id, undefined, events, settings, stored?.state.tickedAt);
  // What was never counted and is not waiting to be is history, or told by a correction.
  const known = new Set(old.filter((each) => !each.settled).map(({ fact }) => `${fact.number} ${fact.type}`));
  const { rows, corrections } = reconcile(old, lastOfEach(observationsOf(folded.facts)), (fact) => fact.at + settings.settleSeconds * 1000);
  for (const [type, n] of corrections) counting.correction(type, n, totals);
  countableMoments(stored?.state.counted, folded.state, folded.facts);
  addLive(stored?.state, folded.state, totals);
  const observations = rows.map((row) => (row.settled || known.has(`${row.number} ${row.type}`) ? row : { ...row, settled: true }));
  const { channel, inbox } = folded.state.open ?? events[0]!;
  return { id, version: (stored?.version ?? 0) + 1, state: folded.state, settings, observations, episodes: folded.closed, channel, inbox };
}

async function takeObservations(client: PoolClient, ids: readonly string[]): Promise<Map<string, StoredObservation[]>> {
  const { rows } = await client.query<ObservationRow & { settled: boolean; settle: string }>(
    `delete from replywatch.observation as observation where observation.conversation = any ($1::uuid[])
     returning ${OBSERVATION_COLUMNS}, observation.settled, (extract(epoch from observation.settle_at) * 1000)::bigint as settle`, [ids]);
  const taken = new Map<string, StoredObservation[]>();
  for (const row of rows) {
    const own = taken.get(row.conversation) ?? [];
    own.push({ fact: rowToObservation(row), settled: row.settled, settleAt: Number(row.settle) });
    taken.set(row.conversation, own);
  }
  return taken;
}
