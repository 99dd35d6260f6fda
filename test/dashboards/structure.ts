/** House rules for a dashboard; each function returns what is wrong. */
import * as units from '@grafana/grafana-foundation-sdk/units';
import { DATASOURCES } from '../../dashboards/src/datasources.ts';
import type { Dashboard, Panel, RowPanel } from '../../dashboards/src/panel.ts';
import { nodesOf, stringsIn, targetsOf, urlsIn, variableList, variablesOf, type Target } from './dashboards.ts';

const COLUMNS = 24;
const WITHOUT_QUERIES = new Set(['row', 'text', 'alertlist']);
const KNOWN_UNITS = new Set<unknown>(Object.values(units));
const UIDS = new Map<string, string>(Object.values(DATASOURCES).map(({ uid, type }) => [uid, type]));
/** Which field a query of each datasource carries. */
const QUERY_FIELD: Readonly<Record<string, keyof Target>> = { prometheus: 'expr', postgres: 'rawSql', tempo: 'query' };
/** How variables ask. */
const DEFINITION: Readonly<Record<string, RegExp>> = { prometheus: /^(label_values|query_result|label_names|metrics)\(/, postgres: /^(select|with) / };
/** Variables Grafana itself provides. */
const BUILT_IN = /^(__rate_interval|__interval|__range|__from|__to|__url_time_range|__value|__data|__field|__all_variables|__timeFrom|__timeTo|__timeFilter)$/;

export function dashboardProblems(dashboard: Dashboard): string[] {
  const problems: string[] = [];
  if (!/^[a-z0-9-]{1,40}$/.test(dashboard.uid ?? '')) problems.push('uid is not of the house form');
  if (!dashboard.title) problems.push('no title');
  if (!dashboard.description?.includes('?')) problems.push('the description asks no question');
  if (!dashboard.tags?.includes('messaging')) problems.push('tag messaging is missing');
  if (dashboard.editable !== false) problems.push('editable');
  if (dashboard.schemaVersion !== 42) problems.push('schemaVersion is not 42');
  if (dashboard.graphTooltip !== 1) problems.push('no shared crosshair');
  if ('id' in dashboard) problems.push('a database id');
  if (!dashboard.links?.some((link) => link.type === 'dashboards' && link.keepTime && link.includeVars)) problems.push('no way to the other dashboards');
  return [...problems, ...idProblems(dashboard), ...gridProblems(dashboard), ...variableProblems(dashboard), ...newerThanClassic(dashboard)];
}

export function panelProblems(panel: Panel): string[] {
  const problems: string[] = [];
  if (!panel.title) problems.push('no title');
  if (panel.type === 'text') return (panel.options as { readonly content?: string } | undefined)?.content ? problems : [...problems, 'no words'];
  if ((panel.description?.split('. ').length ?? 0) < 2) problems.push('the description does not say what, what is normal and what to do');
  if (!panel.fieldConfig?.defaults.noValue) problems.push('noValue is not set');
  if (!panel.links?.length) problems.push('no link onward');
  const targets = targetsOf(panel);
  if (targets.length === 0 && !WITHOUT_QUERIES.has(panel.type)) problems.push('no query');
  if (new Set(targets.map(({ refId }) => refId)).size !== targets.length || targets.some(({ refId }) => !refId)) problems.push('refIds are missing or repeated');
  if (targets.filter(({ exemplar }) => exemplar).length > 1) problems.push('more than one query asks for exemplars');
  for (const target of targets) problems.push(...targetProblems(target));
  for (const unit of unitsOf(panel)) if (!isKnownUnit(unit)) problems.push(`unknown unit ${unit}`);
  if (unitsOf(panel).length === 0) problems.push('no unit');
  for (const steps of thresholdsOf(panel)) problems.push(...thresholdProblems(steps));
  if (panel.type === 'stat' && !['last', 'lastNotNull'].includes((panel.options as StatOptions).reduceOptions.calcs[0] ?? '')) problems.push('no deliberate reducer');
  if (panel.type === 'stat') problems.push(...ageProblems(panel, targets));
  for (const { properties } of panel.fieldConfig?.overrides ?? []) problems.push(...scaleProblems(properties));
  // Grafana takes an empty one for none, and shows the name of the column.
  if (propertiesOf(panel).some(({ id, value }) => id === 'displayName' && value === '')) problems.push('a column without a title');
  return problems;
}

/** Grafana puts points on whole steps: the last of sixty over a month lies half a day back, and is the number that is shown. */
function ageProblems(panel: Panel, targets: readonly Target[]): string[] {
  if (!targets.some(({ range }) => range)) return [];
  return [
    ...(['1h', '6h'].includes(panel.timeFrom ?? '') ? [] : ['the last point of a long range is old: no short time of its own']),
    ...(targets.some(({ range, interval }) => range && interval !== undefined) ? ['the last point is as old as the step of its own'] : []),
    ...(targets.some(({ rawSql, expr }) => rawSql !== undefined || expr?.includes('$__range')) ? ['what follows the chosen time stands beside what has a time of its own'] : []),
  ];
}

/** Without limits of its own a cell is scaled by all numbers of its table. */
function scaleProblems(properties: readonly { readonly id: string; readonly value?: unknown }[]): string[] {
  const value = (id: string): unknown => properties.find((property) => property.id === id)?.value;
  const isScaled = (value('custom.cellOptions') as { type?: string } | undefined)?.type === 'gauge' || String((value('color') as { mode?: string } | undefined)?.mode).startsWith('continuous');
  return isScaled && (value('min') === undefined || (value('unit') === 'percentunit' && value('max') === undefined)) ? ['a bar or shade without limits'] : [];
}

interface StatOptions { readonly reduceOptions: { readonly calcs: readonly string[] } }

function targetProblems(target: Target): string[] {
  const problems: string[] = [];
  const { type = '', uid = '' } = target.datasource ?? {};
  if (UIDS.get(uid) !== type) problems.push(`datasource ${type}/${uid} is not provisioned`);
  const field = QUERY_FIELD[type];
  if (field === undefined || !target[field]) problems.push(`a ${type} query without ${field ?? 'text'}`);
  if (type === 'prometheus' && target.range === target.instant) problems.push('neither or both of range and instant');
  if (target.exemplar && !(target.range && /_(bucket|total)\b/.test(target.expr ?? '') && !(target.expr ?? '').includes(':'))) problems.push('exemplars of something that has none');
  return problems;
}

function idProblems(dashboard: Dashboard): string[] {
  const ids = nodesOf(dashboard).map(({ id }) => id ?? 0);
  return ids.every((id) => Number.isInteger(id) && id > 0) && new Set(ids).size === ids.length ? [] : ['panel ids are missing or repeated'];
}

/** Overlaps, panels that stick out, and gaps in a line of panels; collapsed rows count as one line of their own. */
function gridProblems(dashboard: Dashboard): string[] {
  const rows = (dashboard.panels ?? []).filter((node): node is RowPanel => node.type === 'row');
  const groups = [(dashboard.panels ?? []) as readonly (Panel | RowPanel)[], ...rows.map(({ panels }) => panels)];
  return groups.flatMap((group) => {
    const problems: string[] = [];
    const taken = new Set<string>();
    const lines = new Map<number, number>();
    for (const { gridPos, title = '' } of group) {
      if (!gridPos) { problems.push(`${title} has no place`); continue; }
      const { x, y, w, h } = gridPos;
      if (![x, y, w, h].every(Number.isInteger) || w < 1 || h < 1 || x < 0 || x + w > COLUMNS) problems.push(`${title} sticks out of the grid`);
      for (let i = x; i < x + w; i++) for (let j = y; j < y + h; j++) {
        if (taken.has(`${i}/${j}`)) problems.push(`${title} overlaps at ${i}/${j}`);
        taken.add(`${i}/${j}`);
        lines.set(j, (lines.get(j) ?? 0) + 1);
      }
    }
    return [...problems, ...[...lines].filter(([, width]) => width !== COLUMNS).map(([y]) => `line ${y} has a gap`)];
  });
}

function variableProblems(dashboard: Dashboard): string[] {
  const names = new Set(variablesOf(dashboard));
  const everything = stringsIn({ ...dashboard, templating: { list: variableList(dashboard).map(({ query }) => query) } });
  const used = new Set(everything.flatMap((text) => [...text.matchAll(/\$(\w+)|\$\{(\w+)/g)].map(([, plain, braced]) => plain ?? braced ?? '')));
  const unknown = [...used].filter((name) => !names.has(name) && !BUILT_IN.test(name)).map((name) => `$${name} is no variable`);
  const unused = [...names].filter((name) => !used.has(name)).map((name) => `variable ${name} is not used`);
  const queries = variableList(dashboard).filter(({ type }) => type === 'query').flatMap((variable) => [
    // A chosen trace need not be on its list: read again, the list would put another in its place.
    ...(variable.refresh === (variable.name === 'trace' ? 1 : 2) ? [] : [`variable ${variable.name} does not follow the time range`]),
    ...(variable.includeAll && !variable.allValue ? [`variable ${variable.name} has All without a value for it`] : []),
    ...(DEFINITION[variable.datasource?.uid ?? '']?.test(variable.definition ?? '') ? [] : [`variable ${variable.name} has no data source, or asks it in a wrong way`]),
  ]);
  return [...unknown, ...unused, ...queries];
}

/** Every address: to a dashboard that exists with variables it has, to Explore, to alerting, or to a runbook page. */
export function linkProblems(dashboard: Dashboard, all: readonly Dashboard[], runbooks: ReadonlySet<string>): string[] {
  const variablesByUid = new Map(all.map((other) => [other.uid ?? '', new Set(variablesOf(other))]));
  return urlsIn({ links: dashboard.links, panels: dashboard.panels }).filter((url) => url !== '').flatMap((url) => {
    const page = /^\$\{runbooks:raw\}\/(.+)$/.exec(url)?.[1];
    if (page !== undefined) return page === '${__value.raw}' || runbooks.has(page) ? [] : [`no runbook ${page}`];
    if (/^\$\{episodes:raw\}\/(of\/)?\$\{?\w/.test(url)) return [];
    const uid = /^\/d\/([^/?]+)/.exec(url)?.[1];
    if (uid === undefined) return /^\/(explore\?left=|alerting\/list$)/.test(url) ? [] : [`a link to ${url}`];
    const variables = variablesByUid.get(uid);
    if (!variables) return [`no dashboard ${uid}`];
    const named = [...url.matchAll(/var-(\w+)=|\$\{(\w+):queryparam\}/g)].map(([, plain, braced]) => plain ?? braced ?? '');
    return named.filter((name) => !variables.has(name)).map((name) => `${uid} has no variable ${name}`);
  });
}

/** What Grafana 9.4 does not know or 13 has dropped must not be in the file. */
function newerThanClassic(dashboard: Dashboard): string[] {
  const text = JSON.stringify(dashboard);
  return ['"placement":"inControlsMenu"', '"spec":', '"apiVersion"', '"timeCompare"', '"__inputs"', 'palette-classic-by-name', '"graph"', '"singlestat"']
    .filter((word) => text.includes(word)).map((word) => `${word} is not of the classic format`);
}

const isKnownUnit = (unit: string): boolean => KNOWN_UNITS.has(unit) || /^(suffix|prefix|currency|time):./.test(unit);

interface Property { readonly id: string; readonly value?: unknown }
const propertiesOf = (panel: Panel): readonly Property[] => (panel.fieldConfig?.overrides ?? []).flatMap(({ properties }) => properties as readonly Property[]);

function unitsOf(panel: Panel): string[] {
  const own = panel.fieldConfig?.defaults.unit;
  return [...(own ? [own] : []), ...propertiesOf(panel).filter(({ id }) => id === 'unit').map(({ value }) => String(value))];
}

type Steps = readonly { readonly value: number | null; readonly color: string }[];

function thresholdsOf(panel: Panel): Steps[] {
  const own = panel.fieldConfig?.defaults.thresholds;
  const others = propertiesOf(panel).filter(({ id }) => id === 'thresholds').map(({ value }) => (value as { readonly steps: Steps }).steps);
  return [...(own ? [own.steps] : []), ...others];
}

function thresholdProblems(steps: Steps): string[] {
  if (steps.length < 2 || steps[0]?.value !== null) return ['thresholds need a base and a step'];
  const values = steps.slice(1).map(({ value }) => value ?? Number.NaN);
  if (values.some((value) => String(value).length > 12)) return ['a threshold with an error of rounding'];
  return values.every((value, i) => i === 0 || value > (values[i - 1] ?? Number.NaN)) ? [] : ['thresholds are not sorted'];
}

