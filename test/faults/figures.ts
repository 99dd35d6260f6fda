import type { Pool } from 'pg';
import { expect } from 'vitest';
import { until } from '../support/until.ts';
import type { Exporter } from './exporter.ts';
import { expectFactsOfTheLog, type FactTotals } from './facts.ts';
import { storedId, type Tally } from './load.ts';

/** Series by their text, e.g. `chat_messages_total{channel="whatsapp",…}`. */
export type Figures = ReadonlyMap<string, number>;

export const metricsOf = ({ telemetryPort }: Exporter): Promise<string> => fetch(`http://127.0.0.1:${telemetryPort}/metrics`, { signal: AbortSignal.timeout(5_000) }).then((response) => response.text());

/** What `/metrics` shows of the cluster; undefined when this process does not serve it. */
export async function scrape(exporter: Exporter): Promise<Figures | undefined> {
  const text = await metricsOf(exporter).catch(() => '');
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

/** How often webhooks of a source were refused for now, by reason, since this process started. */
export async function refusals(exporter: Exporter, source: string): Promise<Readonly<Record<string, number>>> {
  const lines = (await metricsOf(exporter)).matchAll(/^replywatch_webhook_requests_total\{(.*)\} ([1-9]\d*)$/gm);
  return Object.fromEntries(Array.from(lines, ([, labels = '', n]) => ({ labels, n: Number(n) })).filter(({ labels }) => labels.includes(`source="${source}"`) && labels.includes('"unavailable"'))
    .map(({ labels, n }) => [/reason="(\w+)"/.exec(labels)?.[1] ?? '', n]));
}

/**
 * Every 200 is in the log once and nothing is but what was sent; facts are those of the log; the counters of the cluster are those of both.
 * @param corrected traffic in which later arrivals change facts that were counted: their counters stay, so only what counts at once is compared
 */
export async function expectConsistent(pool: Pool, exporter: Exporter, tally: Tally, corrected = false): Promise<void> {
  const acked = [...tally.acked.values()].map(storedId);
  const sent = new Set([...acked, ...[...tally.open.values()].map(storedId)]);
  // Spooled events come a little later.
  await until('every acknowledged message is stored', async () => {
    const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from replywatch.event as event where event.id = any($1::uuid[])', [acked]);
    return rows[0]!.n === acked.length;
  });
  const { rows } = await pool.query<{ id: string; kind: string }>('select event.id, event.kind from replywatch.event as event');
  expect(rows.filter(({ id }) => !sent.has(id))).toEqual([]);
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  const facts = await expectFactsOfTheLog(pool);

  const expected = { inbound: rows.filter(({ kind }) => kind === 'message.inbound').length, outbound: rows.filter(({ kind }) => kind === 'message.outbound').length, events: rows.length, opened: facts.opened, ...(corrected ? {} : facts.settled) };
  const counted = async (): Promise<typeof expected> => {
    const figures = await served(exporter);
    return {
      inbound: sum(figures, 'chat_messages_total', 'direction="inbound"'), outbound: sum(figures, 'chat_messages_total', 'direction="outbound"'),
      events: sum(figures, 'chat_events_total', 'result="accepted"') + sum(figures, 'chat_events_total', 'result="late"') + sum(figures, 'chat_events_total', 'result="future"'),
      opened: sum(figures, 'chat_conversations_opened_total'), ...(corrected ? {} : settled(figures)),
    };
  };
  await until('the counters have caught up', async () => JSON.stringify(await counted()) === JSON.stringify(expected), 10_000).catch(() => undefined); // compared below
  expect(await counted()).toEqual(expected);
}

const settled = (figures: Figures): FactTotals['settled'] => ({
  responses: sum(figures, 'chat_response_seconds_count'), responseSeconds: sum(figures, 'chat_response_seconds_sum'), targets: sum(figures, 'chat_sla_results_total'),
  corrections: sum(figures, 'chat_fact_corrections_total'),
});
