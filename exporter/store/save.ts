/** The statement that saves a transaction: conversations, facts, totals, and with a guess the events themselves. */
import type { Client } from 'pg';
import { nextWake, type Folded } from '../core/conversation.ts';
import { versionOf } from '../core/definitions.ts';
import type { CanonicalEvent } from '../core/event.ts';
import type { EpisodeFact } from '../core/fact.ts';
import type { KnownMessage } from '../core/receipts.ts';
import type { Settings } from '../core/settings.ts';
import { waitStart, type ConversationState } from '../core/state.ts';
import type { TraceChoices } from '../core/trace-job.ts';
import { atOnce } from './connection.ts';
import type { Countable, Counts } from './counts.ts';
import type { Known } from './plan.ts';
import { queueTraces } from './queue-traces.ts';
import type { Recollection } from './recollection.ts';
import { episodeToRow, type ObservationWrite } from './rows.ts';
import { eventParameters, factParameters, plainArray, saveStatement, textArray } from './statements.ts';

/** One conversation on its way into the database. */
export interface Saving {
  readonly id: string;
  /** Of the state it was folded from; 0: there was none. */
  readonly previous: number;
  readonly version: number;
  readonly before: ConversationState | undefined;
  readonly state: ConversationState;
  readonly settings: Settings;
  readonly observations: readonly ObservationWrite[];
  readonly episodes: readonly EpisodeFact[];
  readonly channel: string;
  readonly inbox: string;
  readonly fresh: readonly CanonicalEvent[];
  readonly facts: Folded['facts'];
}

/** What is saved, and what of it. */
export interface Save {
  readonly savings: readonly Saving[];
  readonly countable: Countable;
  readonly newest: ReadonlyMap<string, number>;
  readonly known: Known;
  readonly live: boolean;
  /** Events to be stored with it, taken for new, and messages taken for having no receipts yet. */
  readonly guess?: { readonly events: readonly CanonicalEvent[]; readonly unseen: readonly string[] };
}

/** What saving needs besides. */
export interface SaveOptions {
  readonly counts: Counts;
  readonly recollection: Recollection;
  readonly traces?: TraceChoices;
  readonly now: () => number;
}

/** Ends a transaction: `sent` is called when its last statement has left. Throws when nothing of it was stored. */
export function createSave({ counts, recollection, traces, now }: SaveOptions): (client: Client, sent: () => void, save: Save) => Promise<void> {
  return async (client, sent, { savings, countable, newest, known, live, guess }) => {
    const sorted = savings.toSorted((a, b) => (a.id < b.id ? -1 : 1)); // one order for all writers
    const totals = await counts.totals(countable, sorted, live);
    const keys = [...totals.keys()].sort();
    const wakes = sorted.map((each) => nextWake(each.state, each.settings));
    const states = sorted.map((each) => JSON.stringify(each.state));
    const observations = sorted.flatMap((each) => each.observations);
    const episodes = sorted.flatMap((each) => each.episodes.map((episode) => ({ ...episodeToRow(episode), version: versionOf(each.settings) })));
    const values = [
      plainArray(sorted.map((each) => each.id)), plainArray(sorted.map((each) => each.version)), states.join('\n') || null,
      plainArray(wakes), plainArray(sorted.map((each) => each.state.open && waitStart(each.state.open))), plainArray(sorted.map((each) => each.channel)),
      textArray(sorted.map((each) => each.inbox)), textArray(keys), plainArray(keys.map((key) => totals.get(key)!)),
      textArray([...newest.keys()]), plainArray([...newest.values()]), plainArray(sorted.map((each) => each.previous)), ...(guess ? eventParameters(guess.events, guess.unseen) : []), ...factParameters(observations, episodes),
    ];
    const statement = saveStatement({ events: guess !== undefined, observations: observations.length > 0, episodes: episodes.length > 0 });
    const [result, committed] = atOnce(client, () => {
      // A guess that leaves nothing for traces is one statement, which needs no BEGIN and COMMIT around it.
      let began = guess === undefined;
      if (live && traces) {
        queueTraces(() => {
          if (!began) void client.query('begin').catch(() => undefined);
          began = true;
          return client;
        }, sorted, traces, now());
      }
      const saved = client.query<{ corrected: number }>({ ...statement, values });
      return [saved, began ? client.query('commit') : saved] as const;
    });
    committed.catch(() => undefined); // when the save failed, this only says so again
    // What follows may build on it at once: it runs after this one, and fails with it.
    for (const [i, { id, previous, version, fresh }] of sorted.entries()) recollection.keep(id, { previous, version, state: states[i]! }, messagesIn(fresh, known));
    sent();
    try {
      const { rows: [row] } = await result;
      await committed;
      counts.corrected(row?.corrected ?? 0);
    } catch (error) {
      counts.undone(totals);
      for (const { id } of sorted) recollection.forget(id);
      throw error;
    }
  };
}

/** What is known now of the messages of these events. */
const messagesIn = (events: readonly CanonicalEvent[], known: Known): [string, KnownMessage][] =>
  events.flatMap((event): [string, KnownMessage][] => {
    const message = 'message' in event && event.message !== undefined ? event.message : undefined;
    const about = message === undefined ? undefined : known.get(message);
    return message === undefined || about === undefined || about.kind === 'inbound' ? [] : [[message, about]];
  });
