/** Every definition of docs/kpis.md is on a dashboard, and docs/dashboards.md says where. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BOARDS } from '../../dashboards/src/index.ts';
import { KPIS } from '../../dashboards/src/kpis.ts';
import { dashboardsPage, panelsOf, placesOf } from '../../dashboards/src/page.ts';
import { targetsOf } from './dashboards.ts';
import { KPI_QUERIES } from './kpi-queries.ts';

const read = (file: string): string => readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8');

it('each has a panel', () => {
  expect([...placesOf(BOARDS)].filter(([, places]) => places.length === 0).map(([kpi]) => kpi)).toEqual([]);
});

/** Queries for figures; those to Tempo show conversations, not figures. */
const shown = BOARDS.flatMap((board) => panelsOf(board).flatMap((panel) => {
  const queries = targetsOf(panel).flatMap(({ expr, rawSql }) => expr ?? rawSql ?? []);
  return queries.length === 0 ? [] : (panel.kpis ?? []).map((kpi) => ({ kpi, where: `${board.title} › ${panel.title ?? ''}`, queries }));
}));

it.each(KPIS)('%s is what its panels ask for, and all of it', (kpi) => {
  const panels = shown.filter((one) => one.kpi === kpi);
  expect(panels.filter(({ queries }) => !queries.some((query) => KPI_QUERIES[kpi].some((pattern) => pattern.test(query)))).map(({ where }) => where)).toEqual([]);
  expect(KPI_QUERIES[kpi].filter((pattern) => !panels.some(({ queries }) => queries.some((query) => pattern.test(query))))).toEqual([]);
});

it('the list is that of the definitions', () => {
  expect([...new Set([...read('kpis.md').matchAll(/\*\*([A-K]\d{1,2}|L)(?=[ *])/g)].map(([, kpi]) => kpi))].sort()).toEqual([...KPIS].sort());
});

it('the page is what the sources render', () => {
  expect(read('dashboards.md')).toBe(dashboardsPage(BOARDS));
});
