/** A late event, or one that changes what came before it: the conversation's history is folded again and its facts take the old ones' place. */
import { isBehindBase, type Folded } from '../core/conversation.ts';
import { compareKeys, orderKeyOf, type CanonicalEvent } from '../core/event.ts';
import type { Observation } from '../core/fact.ts';
import { refold } from '../core/history.ts';
import type { Settings } from '../core/settings.ts';
import type { Carried, ConversationState } from '../core/state.ts';
import { isSelfContained, lastOfEach } from './batch.ts';
import { observationsOf } from './plan.ts';
import { reconcile, type Reconciled, type StoredObservation } from './reconcile.ts';
import { EVENT_COLUMNS, OBSERVATION_COLUMNS, rowToEvent, rowToObservation, type EventRow, type ObservationRow } from './rows.ts';
import type { Between } from './two-steps.ts';

/**
 * Removes the facts the fold replaces, and says what to write instead and how many counted facts changed. `fresh` is in the log already.
 * @param settleAt when a fact that is new may be counted: epoch milliseconds
 * @param onward what is to happen to the conversation after its events
 */
export async function foldAgain(client: Between, id: string, state: ConversationState | undefined, fresh: readonly CanonicalEvent[], settings: Settings,
  { settleAt, onward }: { readonly settleAt: (fact: Observation) => number; readonly onward: (folded: Folded) => Folded }): Promise<Reconciled & { readonly folded: Folded }> {
  const { base, events } = await historyOf(client, id, state, fresh);
  const folded = onward(refold(id, base, events, settings, state?.tickedAt));
  const from = base?.episodes ?? 0;
  const { rows } = await client.query<ObservationRow & { settled: boolean; settle: string }>(
    `delete from replywatch.observation as observation where observation.conversation = $1 and observation.number > $2
     returning ${OBSERVATION_COLUMNS}, observation.settled, (extract(epoch from observation.settle_at) * 1000)::bigint as settle`, [id, from]);
  await client.query('delete from replywatch.episode_facts where episode_facts.conversation = $1 and episode_facts.number > $2', [id, from]);
  const before = rows.map((row): StoredObservation => ({ fact: rowToObservation(row), settled: row.settled, settleAt: Number(row.settle) }));
  return { folded, ...reconcile(before, lastOfEach(observationsOf(folded.facts)), settleAt) };
}

/** From the latest episode's beginning if nothing before it has a say, else from the conversation's. */
async function historyOf(client: Between, id: string, state: ConversationState | undefined, fresh: readonly CanonicalEvent[]):
  Promise<{ readonly base?: Carried; readonly events: readonly CanonicalEvent[] }> {
  const base = state?.base && !fresh.some((event) => isBehindBase(state, orderKeyOf(event))) ? state.base : undefined;
  const key = base?.key;
  if (!base || !key) return { ...(base && { base }), events: await loadEvents(client, id, undefined) };
  const events = (await loadEvents(client, id, key[0])).filter((event) => compareKeys(orderKeyOf(event), key) > 0);
  const isWhole = isSelfContained(events) && !(await hasEarlierReceipts(client, id, key[0], events));
  return isWhole ? { base, events } : { events: await loadEvents(client, id, undefined) };
}

async function loadEvents(client: Between, conversation: string, from: number | undefined): Promise<CanonicalEvent[]> {
  const { rows } = await client.query<EventRow>(
    `select ${EVENT_COLUMNS} from replywatch.event as event where event.conversation = $1 and event.t >= to_timestamp($2::float8 / 1000)`, [conversation, from ?? 0]);
  return rows.map(rowToEvent);
}

/** A receipt dated before its own message: clocks of providers differ. */
async function hasEarlierReceipts(client: Between, conversation: string, before: number, events: readonly CanonicalEvent[]): Promise<boolean> {
  const messages = events.flatMap((event) => (event.kind === 'message.outbound' ? event.message : []));
  if (messages.length === 0) return false;
  const { rows } = await client.query(
    `select 1 from replywatch.event as event where event.message = any ($1::uuid[]) and event.kind = 'message.status' and event.conversation = $2
        and event.t <= to_timestamp($3::float8 / 1000) limit 1`, [messages, conversation, before]);
  return rows.length > 0;
}
