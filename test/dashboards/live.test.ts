/**
 * Every query of every dashboard, asked of a real Prometheus and a real Postgres that hold five weeks of the simulated retailer. A new panel that finds nothing there
 * fails here: the retailer has to do what the panel shows (`exporter/simulator`), or the reason is in `EMPTY`.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dashboard, Panel } from '../../dashboards/src/panel.ts';
import { chosenIn, promqlOf, spanOf, sqlOf } from './ask.ts';
import { annotationsOf, loadDashboards, panelsOf, targetsOf, variableList, type Target } from './dashboards.ts';
import { startMonth, type Month } from './month.ts';
import { NOW } from './past.ts';
import type { Series } from './tsdb.ts';

/** Queries that may rightly find nothing in this month, by dashboard, panel and refId, with the reason. They must be answered all the same. */
const EMPTY: Readonly<Record<string, string>> = {
  'msg-overview: CSAT, 7 days B': 'there are enough ratings and the goal is reached, so A shows them',
  'msg-start: Are customers happy? 7 days B': 'the same',
  'msg-pipeline: Rollup runs that did not succeed, per hour; rebuild B': 'no rebuild is going on',
  'msg-pipeline: Facts corrected after they had counted, per hour A': 'no event came so late that it changed what had been counted',
  'msg-delivery: Templates, by WhatsApp\'s own count A': 'nothing is fetched from WhatsApp here',
  'msg-pipeline: Readings of platforms A': 'the same', 'msg-pipeline: Readings of platforms B': 'the same', 'msg-pipeline: Readings of platforms C': 'the same',
  'msg-pipeline: Certificate A': 'there is no https address',
  'msg-pipeline: Answers of the scorer, per hour C': 'no scorer is asked',
  'msg-cost: The month, adding up B': 'the shop has no budget', 'msg-cost: At the end of the month B': 'the same',
  'msg-overview: CSAT, 7 days C': 'the same', 'msg-start: Are customers happy? 7 days C': 'the same',
  'msg-cost: Which prices are missing A': 'every price is in the list',
  'msg-peak-hours: Unusual hours A': 'no whole hour was far from its forecast',
  'msg-pipeline: Rules and notifications that failed, per hour C': 'none failed: counters of Alertmanager exist from the first failure of a receiver on',
};

const AT = NOW / 1000;
/** What the reader may take; views with time limits are asked far less. */
const LIMIT_MS = 15_000;

let month: Month;
beforeAll(async () => { month = await startMonth(); }, 1_200_000);
const slow: { readonly where: string; readonly ms: number }[] = [];
afterAll(async () => {
  const slowest = slow.toSorted((a, b) => b.ms - a.ms).slice(0, 10);
  console.info(`the ten slowest queries\n${slowest.map(({ where, ms }) => `${String(Math.round(ms)).padStart(6)} ms  ${where}`).join('\n')}`);
  await (month as Month | undefined)?.stop(); // undefined when it could not start
});

interface Case { readonly where: string; readonly dashboard: Dashboard; readonly panel: Panel; readonly target: Target }
const cases = (await loadDashboards()).flatMap((dashboard) => panelsOf(dashboard).flatMap((panel) =>
  targetsOf(panel).map((target): Case => ({ where: `${dashboard.uid ?? ''}: ${panel.title ?? ''} ${target.refId ?? ''}`, dashboard, panel, target }))));

async function timed<T>(where: string, ask: () => Promise<T>): Promise<T> {
  const began = performance.now();
  try {
    return await ask();
  } finally {
    slow.push({ where, ms: performance.now() - began });
  }
}

it('what may be empty is there', () => {
  expect(Object.keys(EMPTY).filter((where) => !cases.some((one) => one.where === where))).toEqual([]);
});

describe('PromQL', () => {
  it.each(cases.filter(({ target }) => target.expr !== undefined))('$where', async ({ where, dashboard, panel, target }) => {
    const span = spanOf(dashboard, AT, panel);
    const expr = promqlOf(target.expr ?? '', chosenIn(dashboard), span);
    const answer = await timed(where, () => (target.instant ? month.instant(expr, AT) : month.range(expr, span.from, span.to, span.step)));
    const finite = answer.flatMap(({ values }) => values).filter(([, value]) => Number.isFinite(value));
    if (finite.length === 0 && !(where in EMPTY)) expect.fail(`${expr}\nhas no answer; empty are ${(await emptySelectors(expr)).join(', ') || 'none of its selectors'}`);
  });
});

/** Which of the series an expression names do not exist at all. */
async function emptySelectors(expr: string): Promise<string[]> {
  const selectors = [...new Set([...expr.matchAll(/\b((?:chat|replywatch|process|prometheus|alertmanager|nodejs)_\w+(?:\{[^}]*\})?)/g)].map(([selector]) => selector))];
  const found = await Promise.all(selectors.map(async (selector) => ({ selector, series: await month.instant(`count(last_over_time(${selector}[2d]))`, AT) })));
  return found.filter(({ series }) => series.length === 0).map(({ selector }) => selector);
}

describe('SQL', () => {
  it.each(cases.filter(({ target }) => target.rawSql !== undefined))('$where', async ({ where, dashboard, panel, target }) => {
    const sql = sqlOf(target.rawSql ?? '', chosenIn(dashboard), spanOf(dashboard, AT, panel));
    const began = performance.now();
    const { rows, fields } = await timed(where, () => month.sql(sql));
    expect(performance.now() - began).toBeLessThan(LIMIT_MS);
    const values = rows.flatMap((row) => Object.entries(row).filter(([name, value]) => name !== 'time' && value !== null && value !== ''));
    if (values.length === 0 && where in EMPTY) return;
    expect(values, sql).not.toEqual([]);
    if ((target as { readonly format?: string }).format === 'time_series') expect(timeSeriesProblems(rows, fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID }))), sql).toEqual([]);
    const numbers = fields.filter(({ dataTypeID }) => NUMERIC.has(dataTypeID)).map(({ name }) => name);
    // A list may be of cases that have no number yet.
    if (panel.type !== 'table' && numbers.length > 0) expect(rows.some((row) => numbers.some((name) => row[name] !== null)), `every number is null\n${sql}`).toBe(true);
  });
});

/** int8, int2, int4, float4, float8, numeric: https://www.postgresql.org/docs/current/catalog-pg-type.html */
const NUMERIC: ReadonlySet<number> = new Set([20, 21, 23, 700, 701, 1700]);
const [TIMESTAMPTZ, TIMESTAMP, TEXT] = [1184, 1114, 25];

function timeSeriesProblems(rows: readonly Readonly<Record<string, unknown>>[], fields: readonly { readonly name: string; readonly type: number }[]): string[] {
  const time = fields.find(({ name }) => name === 'time');
  if (!time || ![TIMESTAMPTZ, TIMESTAMP].includes(time.type)) return ['no column time that is one'];
  const others = fields.filter(({ name }) => name !== 'time');
  const times = rows.map((row) => (row['time'] as Date).getTime()); // of the type checked above
  return [
    ...(times.every((at, i) => i === 0 || at >= times[i - 1]!) ? [] : ['not sorted by time']),
    ...others.filter(({ type }) => !NUMERIC.has(type) && type !== TEXT).map(({ name }) => `${name} is neither number nor text`),
    ...(others.some(({ type }) => NUMERIC.has(type)) ? [] : ['no number']),
  ];
}

describe('variables and annotations', () => {
  const variables = (sql: boolean) => cases.map(({ dashboard }) => dashboard).filter((dashboard, i, all) => all.indexOf(dashboard) === i).flatMap((dashboard) =>
    variableList(dashboard).filter(({ type, datasource }) => type === 'query' && (datasource?.uid === 'postgres') === sql)
      .map(({ name, definition = '' }) => ({ where: `${dashboard.uid ?? ''}: $${name}`, dashboard, definition })));

  it.each(variables(true))('$where has values', async ({ where, dashboard, definition }) => {
    expect((await timed(where, () => month.sql(sqlOf(definition, chosenIn(dashboard), spanOf(dashboard, AT))))).rows.length).toBeGreaterThan(0);
  });

  it.each(variables(false))('$where has values', async ({ dashboard, definition }) => {
    const [, selector = '', label = ''] = /^label_values\((.+), *(\w+)\)$/.exec(definition) ?? [];
    const answer = await month.instant(`group by (${label}) (${promqlOf(selector, chosenIn(dashboard), spanOf(dashboard, AT))})`, AT);
    expect(answer.map(({ metric }) => metric[label])).not.toEqual([]);
  });

  it('annotations can be asked', async () => {
    const answers: (readonly Series[])[] = [];
    for (const { dashboard } of cases.slice(0, 1)) {
      for (const { expr } of annotationsOf(dashboard)) if (expr !== undefined) answers.push(await month.range(expr, AT - 86_400, AT, 600));
    }
    expect(answers.length).toBeGreaterThan(1);
  });
});
