import type { Pool } from 'pg';
import { expect } from 'vitest';
import type { Exporter } from './exporter.ts';
import { until } from '../support/until.ts';
import { storedId, type Tally } from './load.ts';

/** Series by their text, e.g. `chat_messages_total{channel="whatsapp",…}`. */
export type Figures = ReadonlyMap<string, number>;

/** What `/metrics` shows of the cluster; undefined when this process does not serve it. */
export async function scrape({ telemetryPort }: Exporter): Promise<Figures | undefined> {
  const text = await fetch(`http://127.0.0.1:${telemetryPort}/metrics`, { signal: AbortSignal.timeout(5_000) }).then((response) => response.text(), () => '');
  const figures = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, series, value] = /^(chat_[^ {]+(?:\{.*?\})?) (\S+)/.exec(line) ?? [];
    if (series !== undefined) figures.set(series, Number(value));
  }
  return [...figures.keys()].some((series) => series.startsWith('chat_events_total{')) ? figures : undefined;
}

/** The figures of whichever replica serves them. */
export const served = (exporter: Exporter, timeoutMs = 15_000): Promise<Figures> => until('the exporter serves chat_*', () => scrape(exporter), timeoutMs);

/** @param wanted text that the series must contain, each */
export function sum(figures: Figures, name: string, ...wanted: readonly string[]): number {
  let total = 0;
  for (const [series, value] of figures) if (series.startsWith(`${name}{`) && wanted.every((text) => series.includes(text))) total += value;
  return total;
}

/** Counters of `after` that are lower than they were, or gone. */
export function lowered(before: Figures, after: Figures): readonly string[] {
  return [...before].filter(([series, value]) => /_(total|count|sum|bucket)(\{|$)/.test(series) && !((after.get(series) ?? 0) >= value - 1e-6))
    .map(([series, value]) => `${series}: ${value} -> ${String(after.get(series))}`);
}

/** Every 200 is in the log, nothing else but what was sent is, and counters of the cluster say the same. */
export async function expectConsistent(pool: Pool, exporter: Exporter, tally: Tally): Promise<void> {
  const acked = [...tally.acked.values()].map(storedId);
  const sent = new Set([...acked, ...[...tally.open.values()].map(storedId)]);
  // Spooled events come a little later.
  await until('every acknowledged message is stored', async () => {
    const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from replywatch.event as event where event.id = any($1::uuid[])', [acked]);
    return rows[0]!.n === acked.length ? true : undefined;
  });
  const { rows } = await pool.query<{ id: string; kind: string }>('select event.id, event.kind from replywatch.event as event');
  expect(rows.filter(({ id }) => !sent.has(id))).toEqual([]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);

  const expected = { inbound: rows.filter(({ kind }) => kind === 'message.inbound').length, outbound: rows.filter(({ kind }) => kind === 'message.outbound').length, events: rows.length };
  const counted = async (): Promise<typeof expected> => {
    const figures = await served(exporter);
    return {
      inbound: sum(figures, 'chat_messages_total', 'direction="inbound"'), outbound: sum(figures, 'chat_messages_total', 'direction="outbound"'),
      events: sum(figures, 'chat_events_total', 'result="accepted"') + sum(figures, 'chat_events_total', 'result="late"') + sum(figures, 'chat_events_total', 'result="future"'),
    };
  };
  await until('the counters have caught up', async () => (await counted()).events >= expected.events, 10_000).catch(() => undefined); // compared below
  expect(await counted()).toEqual(expected);
}
