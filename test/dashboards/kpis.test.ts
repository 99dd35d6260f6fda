/** Every definition of docs/kpis.md is on a dashboard, and docs/dashboards.md says where. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BOARDS } from '../../dashboards/src/index.ts';
import { KPIS } from '../../dashboards/src/kpis.ts';
import { dashboardsPage, placesOf } from '../../dashboards/src/page.ts';

const read = (file: string): string => readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8');

it('each has a panel', () => {
  expect([...placesOf(BOARDS)].filter(([, places]) => places.length === 0).map(([kpi]) => kpi)).toEqual([]);
});

it('the list is that of the definitions', () => {
  expect([...new Set([...read('kpis.md').matchAll(/\*\*([A-K]\d{1,2}|L)(?=[ *])/g)].map(([, kpi]) => kpi))].sort()).toEqual([...KPIS].sort());
});

it('the page is what the sources render', () => {
  expect(read('dashboards.md')).toBe(dashboardsPage(BOARDS));
});
