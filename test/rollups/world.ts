import { createHash } from 'node:crypto';
import { Pool } from 'pg';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { emptyTally } from '../../exporter/core/state.ts';
import type { ConversationState, OpenEpisode } from '../../exporter/core/state.ts';
import { DURATION_BUCKETS } from '../../exporter/metrics/labels.ts';
import { transactions } from '../../exporter/store/transaction.ts';
import { rollupSettings } from '../../exporter/rollups/rollup.ts';
import type { GaugeRow, Transaction } from '../../exporter/rollups/rollup.ts';

export const SETTINGS = rollupSettings({ ...DEFAULT_SETTINGS, tz: 'Europe/Madrid' }, DURATION_BUCKETS);

/** A stable UUID per name, as pseudonyms are. */
export function uuid(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** Connections to a test database. `end` does not wait for the server, so dropping the database may still end one of them: no news for a test. */
export function poolOf(url: string): Pool {
  const pool = new Pool({ connectionString: url });
  pool.on('error', () => undefined);
  return pool;
}

/** Transactions as the product makes them. */
export const transactionsOf = (pool: Pool): Transaction => transactions(pool);

/** Remembers what was published: the newest rows of each gauge. */
export function gaugeBook(): { readonly set: (name: string, rows: readonly GaugeRow[]) => void; readonly value: (name: string, labels: Record<string, string>) => number | undefined } {
  const book = new Map<string, readonly GaugeRow[]>();
  const matches = (row: GaugeRow, labels: Record<string, string>): boolean => Object.entries(labels).every(([name, value]) => row.labels[name] === value);
  return {
    set: (name, rows) => void book.set(name, rows),
    value: (name, labels) => book.get(name)?.find((row) => matches(row, labels))?.value,
  };
}

/** Writes rows as the store does. Names stand for ids; times are ISO texts. */
export function writer(pool: Pool) {
  const put = (table: string, row: Record<string, unknown>): Promise<unknown> =>
    pool.query(`insert into replywatch.${table} (${Object.keys(row).join(', ')}) select ${Object.keys(row).map((name) => `row.${name}`).join(', ')}
      from json_populate_record(null::replywatch.${table}, $1) as row`, [JSON.stringify(row)]);
  const place = { source: 'desk', channel: 'webchat', inbox: 'support' };
  return {
    event: (id: string, kind: string, conversation: string, t: string, more: Record<string, unknown> = {}) =>
      put('event', { id: uuid(id), kind, conversation: uuid(conversation), message: uuid(id), ...place, t, received_at: t, seq: 0, stored_at: new Date().toISOString(), ...more }),
    /** A message that the log has, too. */
    message: (id: string, author: string, conversation: string, at: string, more: Record<string, unknown> = {}) =>
      put('message_facts', {
        message: uuid(id), conversation: uuid(conversation), contact: uuid(conversation), ...place, direction: author === 'contact' ? 'inbound' : 'outbound', author,
        content: 'text', survey_answer: false, opt_out: false, fallback: false, by_receipt: false, at, changed_at: new Date().toISOString(), ...more,
      }),
    presence: (agent: string, from: string, to: string) => put('agent_presence', { agent, from_at: from, to_at: to }),
    interval: (agent: string, kind: string, conversation: string, from: string, to: string | null) =>
      put('agent_intervals', { conversation: uuid(conversation), contact: uuid(conversation), number: 1, kind, agent, from_at: from, to_at: to }),
    /** Figures of an hour, without the facts behind them. */
    opened: (hour: string, n: number, more: Record<string, unknown> = {}) =>
      put('hourly_figure', {
        hour, local_day: local(hour, 'day'), local_hour: local(hour, 'hour'), channel: 'webchat', inbox: 'support', initiator: 'contact', dimension: 'all', value: '', opened: n, ...more,
      }),
    episode: (conversation: string, openedAt: string, closedAt: string, more: Record<string, unknown> = {}) =>
      put('episode_facts', {
        conversation: uuid(conversation), number: 1, ...place, initiator: 'contact', outcome: 'resolved_agent', opened_at: openedAt, demand_at: openedAt,
        closed_at: closedAt, ended_at: closedAt, bot: 'none', confirmed: false, unanswered: false, inbound_messages: 1, agent_messages: 1, bot_messages: 0,
        failed_messages: 0, handoffs: 0, transfers: 0, resolution_seconds: (Date.parse(closedAt) - Date.parse(openedAt)) / 1000, ...more,
      }),
    observation: (conversation: string, type: string, at: string, more: Record<string, unknown> = {}) =>
      put('observation', { conversation: uuid(conversation), number: 1, type, nth: 0, ...place, episode: 'first', at, settle_at: at, settled: true, ...more }),
    open: (conversation: string, openedAt: string, more: Partial<OpenEpisode> & { agentAssigned?: string } = {}) => {
      const { agentAssigned, ...episode } = more;
      const at = Date.parse(openedAt);
      const state: ConversationState = {
        episodes: 1, tally: emptyTally(), counted: emptyTally(), ...(agentAssigned === undefined ? {} : { agent: agentAssigned }),
        base: { episodes: 0, tally: emptyTally(), agent: 'somebody before' },
        open: {
          number: 1, source: 'desk', channel: 'webchat', inbox: 'support', initiator: 'contact', openedAt: at, demandAt: at, human: false, list: [], more: 0,
          inboundMessages: 1, withdrawnMessages: 0, agentMessages: 0, botMessages: 0, failedMessages: 0, handoffs: 0, transfers: 0, activeAt: at, engagedMs: 0,
          expectsReply: false, responses: 0, snoozes: [], overdue: false, slaFirstResponse: 'undecided', slaResolution: 'undecided', ...episode,
        },
      };
      return put('conversation', { id: uuid(conversation), version: 1, state: JSON.stringify(state), channel: 'webchat', inbox: 'support' });
    },
    closedConversation: (conversation: string) => {
      const state: ConversationState = { episodes: 1, tally: emptyTally(), counted: emptyTally(), status: 'open' };
      return put('conversation', { id: uuid(conversation), version: 1, state: JSON.stringify(state), channel: 'webchat', inbox: 'support' });
    },
  };
}

export const TABLES = `replywatch.event, replywatch.conversation, replywatch.episode_facts, replywatch.observation, replywatch.blind_interval,
  replywatch.rollup_state, replywatch.rollup_dirty_hour, replywatch.hourly_figure, replywatch.daily_figure, replywatch.peak_hour, replywatch.message_facts,
  replywatch.agent_presence, replywatch.agent_intervals, replywatch.agent_hour, replywatch.forecast_hour, replywatch.staffing_hour`;

/** Date or hour of an instant in the zone of `SETTINGS`. */
export function local(instant: string, part: 'day' | 'hour'): string {
  const options = part === 'day' ? { dateStyle: 'short' } as const : { hour: '2-digit', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat('sv', { timeZone: SETTINGS.tz, ...options }).format(new Date(instant));
}
