/** Puts panels on a page: the 24-column grid, ids, variables, annotations and links every dashboard has. */
import { dashboardOf, runbook, type Link, type Uid } from './links.ts';
import { DATASOURCES } from './datasources.ts';
import type { Annotation, Dashboard, Panel, RowPanel, Variable } from './panel.ts';

/** Panels side by side, equally wide unless a width (of 24) is given. */
export interface Line { readonly height: number; readonly panels: readonly (Panel | readonly [width: number, panel: Panel])[] }

export interface Board {
  readonly uid: Uid;
  readonly title: string;
  /** The question the dashboard answers. */
  readonly description: string;
  /** Grafana's notation: `30s`; empty for none. */
  readonly refresh: string;
  /** Start of the time range, e.g. `now-6h`. */
  readonly from: string;
  readonly variables: readonly Variable[];
  /** The runbook page for the dashboard as a whole. */
  readonly runbook: string;
  /** What is seen without scrolling: 18 units high. */
  readonly screen: readonly Line[];
  /** Collapsed rows below, each a question. */
  readonly more: readonly { readonly title: string; readonly lines: readonly Line[] }[];
}

const COLUMNS = 24;
/** Version of the classic format that Grafana 11, 12 and 13 load as it is. */
const SCHEMA_VERSION = 42;

/** The dashboard as it goes to disk, keys unsorted. `known` are the uids links may lead to. */
export function board(spec: Board, known: ReadonlySet<string>): Dashboard {
  const above = place(spec.screen, 0);
  let y = above.bottom;
  const rows = spec.more.map(({ title, lines }): RowPanel => {
    const row: RowPanel = { type: 'row', id: 0, title, collapsed: true, gridPos: { h: 1, w: COLUMNS, x: 0, y }, panels: place(lines, y + 1).panels };
    y += 1;
    return row;
  });
  return {
    uid: spec.uid, title: spec.title, description: spec.description, tags: ['messaging'], schemaVersion: SCHEMA_VERSION, version: 1, editable: false,
    graphTooltip: 1, timezone: 'browser', refresh: spec.refresh, time: { from: spec.from, to: 'now' },
    templating: { list: [...spec.variables, RUNBOOKS] },
    annotations: { list: ANNOTATIONS.map((annotation) => ({ ...annotation })) },
    links: [dropdown('Dashboards'), external(runbook(spec.runbook, 'What to do'))],
    panels: finish([...above.panels, ...rows], known),
  };
}

function place(lines: readonly Line[], top: number): { panels: Panel[]; bottom: number } {
  let y = top;
  const panels = lines.flatMap(({ height, panels: side }) => {
    let x = 0;
    const placed = side.map((item): Panel => {
      const [w, panel] = isWide(item) ? item : [COLUMNS / side.length, item];
      const at = { ...panel, gridPos: { h: height, w, x, y } };
      x += w;
      return at;
    });
    y += height;
    return placed;
  });
  return { panels, bottom: y };
}

const isWide = (item: Line['panels'][number]): item is readonly [number, Panel] => Array.isArray(item);

/** Ids by position, refIds by order, links to dashboards that exist, and nothing a version older or newer would stumble over. */
function finish(nodes: readonly (Panel | RowPanel)[], known: ReadonlySet<string>): (Panel | RowPanel)[] {
  let next = 1;
  const panel = ({ transparent: _transparent, repeatDirection, kpis: _kpis, ...rest }: Panel): Panel => {
    const id = next++;
    const repeat = rest.repeat === undefined ? {} : { repeatDirection };
    const targets = rest.targets?.map((target, i) => ({ refId: String.fromCharCode(65 + i), ...target }));
    return withoutDeadLinks({ ...rest, ...repeat, id, ...(targets ? { targets } : {}) } as Panel, known); // `repeatDirection` is that of the panel
  };
  return nodes.map((node) => {
    if (!isRow(node)) return panel(node);
    const id = next++;
    return { ...node, id, panels: node.panels.map(panel) };
  });
}

export const isRow = (node: Panel | RowPanel): node is RowPanel => node.type === 'row';

/** Every `links` list anywhere in a panel: its own, its data links, those of table columns. */
function withoutDeadLinks(panel: Panel, known: ReadonlySet<string>): Panel {
  const alive = (link: unknown): boolean => {
    const uid = dashboardOf((link as Link).url);
    return uid === undefined || known.has(uid);
  };
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (value === null || typeof value !== 'object') return value;
    if ((value as { id?: unknown }).id === 'links') return { id: 'links', value: (value as { value: unknown[] }).value.filter(alive) };
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, key === 'links' && Array.isArray(inner) ? inner.filter(alive) : visit(inner)]));
  };
  return visit(panel) as Panel; // the same shape, some list elements fewer
}

/** Where the runbook pages are. A constant, so that links name no host; `docs/deploy.md` says how to change it. */
const RUNBOOKS: Variable = {
  type: 'constant' as Variable['type'], name: 'runbooks', label: 'Runbooks', query: 'http://localhost:9877/runbooks', hide: 2, skipUrlSync: true,
  current: { selected: true, text: 'http://localhost:9877/runbooks', value: 'http://localhost:9877/runbooks' }, options: [],
};

const ANNOTATIONS: readonly Annotation[] = [
  annotation('Firing alerts', 'red', 'max by (alertname, severity) (ALERTS{alertstate="firing",severity=~"critical|warning"})', '{{alertname}}', '{{severity}}', 'severity'),
  annotation('Exporter restarts', 'blue', 'max by (job) (changes(process_start_time_seconds{job="replywatch"}[2m])) > 0', 'Exporter restarted', '', ''),
  annotation('Blind', 'gray', 'sum by (source) (increase(chat_blind_seconds_total[2m])) > 0', 'Blind: {{source}}', 'Events of this source may be missing; figures over this time are too low.', 'source'),
  tableAnnotation('Numbers changed here', 'purple', `select recalculations.at as time, 'Numbers changed here' as title,
  recalculations.reason || ': ' || recalculations.changed || ' stored figures are different from before' as text, recalculations.reason as tags
from reporting.recalculations where $__timeFilter(recalculations.at) and recalculations.changed > 0 order by recalculations.at`),
  tableAnnotation('Campaigns', 'yellow', `select campaigns.first_sent_at as time, campaigns.last_sent_at as timeend, 'Campaign' as title,
  campaigns.campaign || ': ' || campaigns.sent || ' messages' as text, 'campaign' as tags
from reporting.campaigns where $__timeFilter(campaigns.first_sent_at) order by campaigns.first_sent_at limit 100`),
];

/** Old versions read `expr` and `step`, new ones `target`; both are given and equal. */
function annotation(name: string, iconColor: string, expr: string, titleFormat: string, textFormat: string, tagKeys: string): Annotation {
  // The SDK types queries as an opaque variant.
  const target = { refId: 'Anno', datasource: DATASOURCES.prometheus, expr, interval: '60s' } as unknown as NonNullable<Annotation['target']>;
  return { name, datasource: DATASOURCES.prometheus, enable: true, hide: false, iconColor, expr, step: '60s', target, titleFormat, textFormat, tagKeys, useValueForTime: false };
}

/** From the reporting views. Old versions read `rawQuery` as the text, new ones `target`. */
function tableAnnotation(name: string, iconColor: string, rawSql: string): Annotation {
  const target = { refId: 'Anno', datasource: DATASOURCES.postgres, rawSql, rawQuery: true, format: 'table', editorMode: 'code' } as unknown as NonNullable<Annotation['target']>; // as above
  return { name, datasource: DATASOURCES.postgres, enable: true, hide: false, iconColor, rawQuery: rawSql, target } as Annotation; // `rawQuery` belongs to the data source's plugin
}

// The SDK's enums are their JSON values; casting spares a run-time import of each.
const dropdown = (title: string): NonNullable<Dashboard['links']>[number] =>
  ({ title, type: 'dashboards' as never, tags: ['messaging'], asDropdown: true, keepTime: true, includeVars: true, targetBlank: false, icon: 'external link', tooltip: '', url: '' });

const external = ({ title, url }: Link): NonNullable<Dashboard['links']>[number] =>
  ({ title, type: 'link' as never, tags: [], asDropdown: false, keepTime: false, includeVars: false, targetBlank: true, icon: 'doc', tooltip: title, url });
