import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import type { Board } from '../../dashboards/src/board.ts';
import { BOARDS } from '../../dashboards/src/index.ts';
import { UIDS } from '../../dashboards/src/links.ts';
import { renderAll } from '../../dashboards/src/render.ts';
import type { Dashboard, Panel } from '../../dashboards/src/panel.ts';
import { FOLDER, annotationsOf, loadDashboards, panelsOf } from './dashboards.ts';
import { dashboardProblems, linkProblems, panelProblems } from './structure.ts';

const dashboards = await loadDashboards();
const alerts = await alertNames();

describe('the committed files', () => {
  it('are what the sources render, byte for byte', async () => {
    const rendered = renderAll();
    expect((await readdir(FOLDER)).filter((name) => name.endsWith('.json')).sort()).toEqual([...rendered.keys()].sort());
    for (const [name, text] of rendered) expect(await readFile(path.join(FOLDER, name), 'utf8')).toBe(text);
  });

  it('have uids and titles of their own, from the list of uids', () => {
    for (const field of ['uid', 'title'] as const) expect(new Set(dashboards.map((dashboard) => dashboard[field])).size).toBe(dashboards.length);
    expect(UIDS).toEqual(expect.arrayContaining(dashboards.map(({ uid }) => uid)));
  });
});

describe('links to other dashboards', () => {
  it('appear with the dashboard they lead to', () => {
    const [first] = BOARDS;
    if (!first) throw new Error('no dashboard at all');
    const overview = (boards: readonly Board[]): string => renderAll(boards).get(`${first.uid}.json`) ?? '';
    expect(overview([first])).not.toContain('/d/msg-first-response');
    expect(overview([first, { ...first, uid: 'msg-first-response' }])).toContain('/d/msg-first-response?${__url_time_range}');
  });
});

describe.each(dashboards.map((dashboard) => ({ uid: dashboard.uid ?? '', dashboard })))('$uid', ({ dashboard }) => {
  it('keeps the house rules', () => expect(dashboardProblems(dashboard)).toEqual([]));
  it('links only to what exists', () => expect(linkProblems(dashboard, dashboards, alerts)).toEqual([]));
  it.each(panelsOf(dashboard).map((panel) => ({ title: panel.title ?? '', panel })))('$title', ({ panel }) => expect(panelProblems(panel)).toEqual([]));

  it('marks alerts, restarts, blind times, changed numbers and campaigns', () => {
    expect(annotationsOf(dashboard).map(({ name }) => name)).toEqual(['Firing alerts', 'Exporter restarts', 'Blind', 'Numbers changed here', 'Campaigns']);
    for (const annotation of annotationsOf(dashboard).filter(({ expr }) => expr !== undefined)) expect(annotation.target).toMatchObject({ expr: annotation.expr, refId: 'Anno' });
  });

  it('shows on the first screen how old its data are', () => {
    const screen = (dashboard.panels ?? []).filter(({ type, gridPos }) => type !== 'row' && (gridPos?.y ?? 99) < 18);
    expect(JSON.stringify(screen)).toContain('chat_source_last_event_timestamp_seconds');
  });
});

describe('the rules for structure', () => {
  const dashboard = dashboards[0] as Dashboard; // there is at least one, or the golden test has failed
  const [panel] = panelsOf(dashboard) as [Panel];

  it.each<[string, Partial<Panel>, string]>([
    ['a panel without title', { title: '' }, 'no title'],
    ['a panel without links', { links: [] }, 'no link onward'],
    ['a one-line description', { description: 'A number.' }, 'the description does not say what, what is normal and what to do'],
    ['a panel without queries', { targets: [] }, 'no query'],
    ['a number that may be old', { targets: [{ refId: 'A', datasource: { type: 'prometheus', uid: 'prometheus' }, expr: 'up', range: true, instant: false }] as never }, 'the last point of a long range is old: no short time of its own'],
    ['a number as old as its step', { timeFrom: '6h', targets: [{ refId: 'A', datasource: { type: 'prometheus', uid: 'prometheus' }, expr: 'up', range: true, instant: false, interval: '30m' }] as never }, 'the last point is as old as the step of its own'],
    ['a column without a title', { fieldConfig: { defaults: { unit: 's', noValue: 'x' }, overrides: [{ matcher: { id: 'byName', options: 'currency' }, properties: [{ id: 'displayName', value: '' }] }] } }, 'a column without a title'],
    ['a threshold that is not a number anybody wrote', { fieldConfig: { defaults: { unit: 's', noValue: 'x', thresholds: { mode: 'absolute' as never, steps: [{ value: null, color: 'a' }, { value: 1 - 0.8, color: 'b' }] } }, overrides: [] } }, 'a threshold with an error of rounding'],
    ['a bar that counts elsewhere make vanish', { fieldConfig: { defaults: { unit: 's', noValue: 'x' }, overrides: [{ matcher: { id: 'byName', options: 'share' }, properties: [{ id: 'custom.cellOptions', value: { type: 'gauge' } }] }] } }, 'a bar or shade without limits'],
    ['an unknown unit', { fieldConfig: { defaults: { unit: 'parsecs', noValue: 'x' }, overrides: [] } }, 'unknown unit parsecs'],
    ['unsorted thresholds', { fieldConfig: { defaults: { unit: 's', noValue: 'x', thresholds: { mode: 'absolute' as never, steps: [{ value: null, color: 'a' }, { value: 2, color: 'b' }, { value: 1, color: 'c' }] } }, overrides: [] } }, 'thresholds are not sorted'],
  ])('name %s', (_, change, problem) => expect(panelProblems({ ...panel, ...change })).toEqual([problem]));

  it.each<[string, Partial<Dashboard>, RegExp]>([
    ['overlapping panels', { panels: [panel, { ...panel, id: 99 }] }, /overlaps/],
    ['a gap', { panels: [panel] }, /has a gap/],
    ['a repeated id', { panels: [panel, panel] }, /ids are missing or repeated/],
    ['a variable that does not exist', { description: 'Who is $nobody?' }, /\$nobody is no variable/],
    ['an unused variable', { templating: { list: [...(dashboard.templating.list ?? []), { type: 'constant' as never, name: 'spare' }] } }, /variable spare is not used/],
  ])('name %s', (_, change, problem) => expect(dashboardProblems({ ...dashboard, ...change }).join()).toMatch(problem));

  it.each([
    ['/d/msg-nothing', 'no dashboard msg-nothing'],
    ['/d/msg-overview?var-team=a', 'msg-overview has no variable team'],
    ['https://grafana.example/d/msg-overview', 'a link to https://grafana.example/d/msg-overview'],
    ['${runbooks:raw}/Nothing', 'no runbook Nothing'],
  ])('name a link to %s', (url, problem) => {
    expect(linkProblems({ ...dashboard, links: [], panels: [{ ...panel, links: [{ title: 'x', url } as never] }] }, dashboards, alerts)).toEqual([problem]);
  });
});

/** Alerts have a runbook page each; that is checked beside the alerts. */
async function alertNames(): Promise<ReadonlySet<string>> {
  const folder = path.resolve(FOLDER, '../alerts/rules');
  const files = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name));
  const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')));
  const rules = texts.flatMap((text) => (parse(text) as { readonly groups: readonly { readonly rules: readonly { readonly alert?: string }[] }[] }).groups.flatMap((group) => group.rules));
  return new Set(rules.flatMap(({ alert }) => (alert === undefined ? [] : [alert])));
}
