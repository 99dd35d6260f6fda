import type { Pool } from 'pg';
import { expect } from 'vitest';
import { loadConfig } from '../../exporter/config.ts';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import type { Observation } from '../../exporter/core/fact.ts';
import { refold } from '../../exporter/core/history.ts';
import type { ConversationState } from '../../exporter/core/state.ts';
import { SOURCES } from '../../exporter/sources/index.ts';
import { lastOfEach } from '../../exporter/store/batch.ts';
import { observationsOf } from '../../exporter/store/plan.ts';
import { EVENT_COLUMNS, OBSERVATION_COLUMNS, observationToRow, rowToEvent, rowToObservation, type EventRow, type ObservationRow } from '../../exporter/store/rows.ts';
import { until } from '../support/until.ts';
import { EVENTS_TOKEN } from './exporter.ts';

/** What the counters must show, as the facts say it. */
export interface FactTotals {
  readonly opened: number;
  readonly settled: { readonly responses: number; readonly responseSeconds: number; readonly targets: number; readonly corrections: number };
}

/** Folds the whole log from the start and finds every fact in the database as it came out, each once. @returns what counters have to say of them */
export async function expectFactsOfTheLog(pool: Pool): Promise<FactTotals> {
  await until('what is due has settled', async () => {
    const { rowCount } = await pool.query('select 1 from replywatch.observation as observation where not observation.settled and observation.settle_at < now() limit 1');
    return rowCount === 0;
  });
  const { settingsFor } = loadConfig({ env: { EVENTS_TOKEN }, sources: SOURCES });
  const { rows: events } = await pool.query<EventRow>(`select ${EVENT_COLUMNS} from replywatch.event as event where event.conversation is not null`);
  const { rows: states } = await pool.query<{ id: string; state: string }>('select conversation.id, conversation.state from replywatch.conversation as conversation');
  const tickedAt = new Map(states.map(({ id, state }) => [id, (JSON.parse(state) as ConversationState).tickedAt]));
  const wanted: Observation[] = [];
  let opened = 0;
  for (const [conversation, own] of Map.groupBy(events.map(rowToEvent), (event: CanonicalEvent) => event.conversation!)) {
    const { state, facts } = refold(conversation, undefined, own, settingsFor(own[0]!.source, own[0]!.inbox), tickedAt.get(conversation));
    wanted.push(...lastOfEach(observationsOf(facts)));
    opened += state.tally.opened;
  }
  const { rows } = await pool.query<ObservationRow & { settled: boolean }>(`select ${OBSERVATION_COLUMNS}, observation.settled from replywatch.observation as observation`);
  expect(rows.map((row) => text(rowToObservation(row))).sort()).toEqual(wanted.map(text).sort());
  const settled = rows.filter((row) => row.settled);
  const responses = settled.filter((row) => row.type === 'response');
  const responseSeconds = responses.reduce((sum, row) => sum + row.seconds!, 0);
  return { opened, settled: { responses: responses.length, responseSeconds, targets: settled.filter((row) => row.type === 'sla').length, corrections: 0 } };
}

const text = (fact: Observation): string => JSON.stringify(observationToRow(fact, 0, false));
