/** Reads the committed dashboards the way Grafana would, for the tests beside it. */
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Annotation, Dashboard, Panel, RowPanel, Variable } from '../../dashboards/src/panel.ts';

export const FOLDER = path.resolve(import.meta.dirname, '../../dashboards');

/** What the tests read of a query, whatever its datasource. */
export interface Target {
  readonly refId?: string; readonly datasource?: { readonly type?: string; readonly uid?: string };
  readonly expr?: string; readonly rawSql?: string; readonly query?: string;
  readonly range?: boolean; readonly instant?: boolean; readonly exemplar?: boolean; readonly interval?: string;
}

export async function loadDashboards(): Promise<readonly Dashboard[]> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(files.map(async (name) => JSON.parse(await readFile(path.join(FOLDER, name), 'utf8')) as Dashboard));
}

const isRow = (node: Panel | RowPanel): node is RowPanel => node.type === 'row';

/** Panels inside collapsed rows included, rows themselves not. */
export const panelsOf = (dashboard: Dashboard): readonly Panel[] => (dashboard.panels ?? []).flatMap((node) => (isRow(node) ? node.panels : [node]));

export const nodesOf = (dashboard: Dashboard): readonly (Panel | RowPanel)[] => (dashboard.panels ?? []).flatMap((node) => (isRow(node) ? [node, ...node.panels] : [node]));

// The SDK types queries as an opaque variant.
export const targetsOf = (panel: Panel): readonly Target[] => (panel.targets ?? []) as unknown as readonly Target[];

export const variableList = (dashboard: Dashboard): readonly Variable[] => dashboard.templating.list ?? [];
export const variablesOf = (dashboard: Dashboard): readonly string[] => variableList(dashboard).map(({ name }) => name);
export const annotationsOf = (dashboard: Dashboard): readonly Annotation[] => dashboard.annotations.list ?? [];

/** Every PromQL expression with the place it stands in: panels, annotations, variables. */
export function expressionsOf(dashboard: Dashboard): readonly { readonly where: string; readonly expr: string }[] {
  return [
    ...panelsOf(dashboard).flatMap((panel) => targetsOf(panel).flatMap(({ expr, refId }) => (expr === undefined ? [] : [{ where: `${panel.title ?? ''} ${refId ?? ''}`, expr }]))),
    ...annotationsOf(dashboard).flatMap(({ name, expr }) => (expr === undefined ? [] : [{ where: `annotation ${name}`, expr }])),
    ...variableList(dashboard).flatMap(({ name, definition }) => {
      const selector = /^label_values\((.+), *\w+\)$/.exec(definition ?? '')?.[1];
      return selector === undefined ? [] : [{ where: `variable ${name}`, expr: `group(increase(${selector}[1h]))` }];
    }),
  ];
}

/** Every string in a value, however deep. */
export function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(stringsIn);
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(stringsIn) : [];
}

/** The addresses of all links in a dashboard: its own, its panels', those on points and cells. */
export function urlsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(urlsIn);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === 'url' && typeof inner === 'string' ? [inner] : urlsIn(inner)));
}
