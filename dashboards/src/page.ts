import type { Board, Line } from './board.ts';
import { KPIS, type Kpi } from './kpis.ts';
import type { Panel } from './panel.ts';

/** All panels of a board, rows included. */
export const panelsOf = ({ screen, more }: Pick<Board, 'screen' | 'more'>): Panel[] =>
  [...screen, ...more.flatMap(({ lines }) => lines)].flatMap(({ panels }: Line) => panels.map((item) => (Array.isArray(item) ? item[1] : item) as Panel)); // a width may stand before a panel

/** Panels per definition of docs/kpis.md, as `dashboard › panel`; every definition is a key. */
export function placesOf(boards: readonly Board[]): ReadonlyMap<Kpi, readonly string[]> {
  const places = new Map<Kpi, string[]>(KPIS.map((kpi) => [kpi, []]));
  for (const board of boards) {
    for (const panel of panelsOf(board)) for (const kpi of panel.kpis ?? []) places.get(kpi)?.push(`${board.title} › ${panel.title ?? ''}`);
  }
  return places;
}

/** `docs/dashboards.md`: which dashboard answers which question, and where each figure is shown. */
export function dashboardsPage(boards: readonly Board[]): string {
  const question = (board: Board): string => board.description.slice(0, board.description.indexOf('?') + 1);
  return `# Dashboards

Rendered from \`dashboards/src\` by \`npm run dashboards\`.

Each dashboard answers one question, at the top; collapsed rows below lead to the cause. All of them share the menu **Dashboards**, which keeps time and variables; every
panel says what it shows, what is normal and what to do, and links onward. Alerts, restarts of the exporter, blind times, recalculated history and campaigns are marked on every graph,
and *How fresh is this?* tells whether the figures can be believed. A title in the bar of a table or graph leads to conversations: with Tempo to their traces, without
it to the exporter's own pages.

| dashboard | question | opens with |
|---|---|---|
${boards.map((board) => `| **${board.title}** \`/d/${board.uid}\` | ${question(board)} | ${board.from.replace('now-', 'the last ')} |`).join('\n')}

Pictures: [deploy.md](deploy.md#pictures-of-the-dashboards). In a Grafana of your own: [deploy.md](deploy.md#in-a-grafana-and-prometheus-of-your-own).

## Where each figure is

By its letter and number in [kpis.md](kpis.md).

| KPI | panels |
|---|---|
${[...placesOf(boards)].map(([kpi, places]) => `| ${kpi} | ${listed(kpi, places)} |`).join('\n')}
`;
}

/** Quality of data is on every dashboard: that list would be longer than the rest. */
const listed = (kpi: Kpi, places: readonly string[]): string => (kpi === 'L' ? 'every dashboard › How fresh is this?; all of Pipeline health' : places.join(' · ').replaceAll('|', '\\|'));
