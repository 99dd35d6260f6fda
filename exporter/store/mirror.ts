import type { Pool } from 'pg';
import { LIVE_PREFIX } from './live.ts';

/** Where the mirrored figures go: the series that `/metrics` shows. */
export interface MirrorTarget {
  set(key: string, value: number): void;
  setExemplar(key: string, exemplar: { traceId: string; value: number; at: number }): void;
  setGauges(name: string, rows: readonly { labels: Readonly<Record<string, string>>; value: number }[]): void;
}

/** A copy in memory of what `/metrics` shows. */
export interface Mirror {
  /** Reads what changed since the last call, and the live figures. */
  refresh(now: number): Promise<void>;
}

const LIVE_NAMES: Readonly<Record<string, string>> = {
  open: 'chat_conversations_open', waiting: 'chat_conversations_waiting', overdue: 'chat_conversations_overdue', unassigned: 'chat_conversations_unassigned',
};

/** Copies totals from Postgres into memory, only what changed: a scrape never runs SQL. One mirror per spell of leadership. */
export function createMirror(pool: Pool, target: MirrorTarget, places: readonly { readonly channel: string; readonly inbox: string }[]): Mirror {
  let since = '0'; // transactions below this one are known
  const live = new Map<string, { name: string; labels: { channel: string; inbox: string }; value: number }>();
  for (const name of Object.values(LIVE_NAMES)) for (const labels of places) live.set(`${name}|${labels.channel}|${labels.inbox}`, { name, labels, value: 0 });

  return {
    async refresh(now) {
      // The snapshot first: rows of transactions still running are read again next time, never skipped.
      const { rows: [snapshot] } = await pool.query<{ xmin: string }>('select pg_snapshot_xmin(pg_current_snapshot())::text as xmin');
      const totals = await pool.query<{ key: string; value: number }>('select total.key, total.value from replywatch.metric_total as total where total.xid >= $1::xid8', [since]);
      for (const { key, value } of totals.rows) {
        if (!key.startsWith(LIVE_PREFIX)) { target.set(key, value); continue; }
        const [, short = '', channel = '', inbox = ''] = key.split('|');
        const name = LIVE_NAMES[short];
        if (name) live.set(`${name}|${channel}|${inbox}`, { name, labels: { channel, inbox }, value: Math.max(0, value) });
      }
      const exemplars = await pool.query<{ key: string; trace_id: string; value: number; at: Date }>(
        'select exemplar.key, exemplar.trace_id, exemplar.value, exemplar.at from replywatch.metric_exemplar as exemplar where exemplar.xid >= $1::xid8', [since]);
      for (const row of exemplars.rows) target.setExemplar(row.key, { traceId: row.trace_id, value: row.value, at: row.at.getTime() });
      for (const name of Object.values(LIVE_NAMES)) target.setGauges(name, [...live.values()].filter((row) => row.name === name));
      target.setGauges('chat_oldest_wait_seconds', await oldestWaits(pool, now, [...live.values()].map((row) => row.labels)));
      const seen = await pool.query<{ source: string; last_event_at: Date }>('select seen.source, seen.last_event_at from replywatch.source_seen as seen');
      target.setGauges('chat_source_last_event_timestamp_seconds', seen.rows.map((row) => ({ labels: { source: row.source }, value: row.last_event_at.getTime() / 1000 })));
      since = snapshot!.xmin;
    },
  };
}

/** The first entry of each (channel, inbox) in the partial index: as many look-ups as there are inboxes. */
async function oldestWaits(pool: Pool, now: number, places: readonly { readonly channel: string; readonly inbox: string }[]): Promise<{ labels: { channel: string; inbox: string }; value: number }[]> {
  const { rows } = await pool.query<{ channel: string; inbox: string; since: Date | null }>(
    `with recursive place as (
       (select waiting.channel, waiting.inbox from replywatch.conversation as waiting where waiting.waiting_since is not null
         order by waiting.channel, waiting.inbox limit 1)
       union all
       select next.channel, next.inbox from place cross join lateral (
         select waiting.channel, waiting.inbox from replywatch.conversation as waiting
          where waiting.waiting_since is not null and (waiting.channel, waiting.inbox) > (place.channel, place.inbox)
          order by waiting.channel, waiting.inbox limit 1) as next)
     select place.channel, place.inbox, (select min(waiting.waiting_since) from replywatch.conversation as waiting
              where waiting.waiting_since is not null and waiting.channel = place.channel and waiting.inbox = place.inbox) as since from place`);
  const found = new Map(rows.map((row) => [`${row.channel}|${row.inbox}`, { labels: { channel: row.channel, inbox: row.inbox }, value: row.since ? Math.max(0, now - row.since.getTime()) / 1000 : 0 }]));
  for (const labels of places) if (!found.has(`${labels.channel}|${labels.inbox}`)) found.set(`${labels.channel}|${labels.inbox}`, { labels, value: 0 });
  return [...found.values()];
}
