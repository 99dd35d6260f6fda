/**
 * The only importer of the Foundation SDK. It adds what the SDK leaves open (ids, refIds, visible legends, a reducer that skips
 * gaps) and takes away what it adds for newer Grafana versions, so that the JSON loads in 9.4 and 11 to 13 alike.
 */
import type { Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Link } from './links.ts';

export type Panel = dashboard.Panel;
export type RowPanel = dashboard.RowPanel;
export type Dashboard = dashboard.Dashboard;
export type Variable = dashboard.VariableModel;
export type Annotation = dashboard.AnnotationQuery;

export const DATASOURCES = {
  prometheus: { type: 'prometheus', uid: 'prometheus' },
  postgres: { type: 'postgres', uid: 'postgres' },
  tempo: { type: 'tempo', uid: 'tempo' },
  alertmanager: { type: 'alertmanager', uid: 'alertmanager' },
} as const;

export const UNITS = { count: units.Short, seconds: units.Seconds, ratio: units.PercentUnit, perMinute: units.CountsPerMinute, times: 'suffix:×' } as const;
export type Unit = (typeof UNITS)[keyof typeof UNITS];

/** The same colour means the same thing on every dashboard. */
export const COLORS = {
  inbound: 'blue', agent: 'green', bot: 'purple', automation: 'light-blue', campaign: 'yellow', system: '#8e8e8e', waiting: 'orange', failed: 'red',
  delivered: 'blue', read: 'green', target: '#8e8e8e', usual: '#c7c7c7', plain: 'text', good: 'green', warn: 'orange', bad: 'red',
} as const;
export type Color = keyof typeof COLORS;

/** Ascending limits; the first colour holds below all of them. */
export interface Steps { readonly base: Color; readonly steps: readonly (readonly [from: number, color: Color])[] }

/** One query and how its result looks. A panel's unit applies where the query has none. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
  readonly unit?: Unit;
  readonly decimals?: number;
  readonly color?: Color | Steps;
  /** Dashed and without filling: targets and reference lines. */
  readonly dashed?: boolean;
  /** Legend of the series down to which the area is filled. */
  readonly fillTo?: string;
  /** Ask for exemplars: raw `_bucket` or `_total` series in time series only, and one query per panel. */
  readonly exemplar?: boolean;
  /** Smallest step of this query alone, e.g. `5m`: for what is expensive and moves slowly. */
  readonly step?: string;
}

interface Spec {
  readonly title: string;
  /** What it shows, what is normal, what to do if it is not. */
  readonly description: string;
  readonly unit: Unit;
  readonly noValue: string;
  /** Where to go on from here; at least one. */
  readonly links: readonly Link[];
}

export interface StatSpec extends Spec {
  /** The headline first, then what judges it. */
  readonly queries: readonly Query[];
  /** `now`: the last point, NaN included, so that a stale value is not shown. `period`: the last value of a window that ends now. */
  readonly of: 'now' | 'period';
}

/** A few large numbers with sparklines. */
export function stat(spec: StatSpec): Panel {
  return described(new StatBuilder(), spec)
    .colorMode(common.BigValueColorMode.Value).graphMode(common.BigValueGraphMode.Area)
    .textMode(common.BigValueTextMode.ValueAndName).maxDataPoints(60)
    .reduceOptions(built({ values: false, calcs: [spec.of === 'now' ? 'last' : 'lastNotNull'], fields: '' }))
    .colorScheme(built(fixed('plain')))
    .mappings([noDataMapping(spec.noValue)])
    .targets(spec.queries.map((query) => promQuery(query, 'range')))
    .overrides(spec.queries.map((query, i) => byRefId(i, styleOf(query))))
    .build();
}

export interface TimeSeriesSpec extends Spec {
  readonly queries: readonly Query[];
  /** Only when the sum of the series means something. */
  readonly stacked?: boolean;
  readonly max?: number;
  /** Smallest step, e.g. `5m`: rates of rare events need a window with events in it. */
  readonly minInterval?: string;
  /** Colours of series by legend, where one query returns several. */
  readonly colors?: Readonly<Record<string, Color>>;
  /** Legend as a table with mean, max and last; for wide graphs. */
  readonly wide?: boolean;
  /** Links on every point. */
  readonly dataLinks?: readonly Link[];
}

/** Lines over time. */
export function timeSeries(spec: TimeSeriesSpec): Panel {
  const builder = described(new TimeSeriesBuilder(), spec)
    .min(0).lineWidth(1).fillOpacity(10).showPoints(common.VisibilityMode.Never).spanNulls(false)
    // Colours by name would be steadier, but came with Grafana 10, and older versions refuse the whole panel.
    .colorScheme(built({ mode: 'palette-classic' as dashboard.FieldColorModeId }))
    .stacking(built({ mode: spec.stacked ? common.StackingMode.Normal : common.StackingMode.None, group: 'A' }))
    .legend(built({
      displayMode: spec.wide ? common.LegendDisplayMode.Table : common.LegendDisplayMode.List, placement: common.LegendPlacement.Bottom, showLegend: true,
      calcs: spec.wide ? ['mean', 'max', 'lastNotNull'] : [],
    }))
    .tooltip(built({ mode: common.TooltipDisplayMode.Multi, sort: common.SortOrder.Descending }))
    .targets(spec.queries.map((query) => promQuery(query, 'range')))
    .overrides([
      ...spec.queries.map((query, i) => byRefId(i, styleOf(query))).filter(({ properties }) => properties.length > 0),
      ...Object.entries(spec.colors ?? {}).map(([name, color]) => byName(name, [{ id: 'color', value: fixed(color) }])),
    ]);
  if (spec.max !== undefined) builder.max(spec.max);
  if (spec.minInterval !== undefined) builder.interval(spec.minInterval);
  if (spec.dataLinks !== undefined) builder.dataLinks(spec.dataLinks.map((link) => built(asSdkLink(link))));
  return builder.build();
}

/** A table column made of one instant query, or of a label. */
export interface Column {
  /** Label name, or the refId's place among the queries (0 is the first). */
  readonly from: string | number;
  readonly title: string;
  readonly unit?: Unit;
  readonly decimals?: number;
  readonly color?: Steps;
  readonly width?: number;
  readonly links?: readonly Link[];
  readonly texts?: Readonly<Record<string, string>>;
}

export interface TableSpec extends Spec {
  /** All queries keep the same labels; rows with equal labels are joined. */
  readonly queries: readonly string[];
  readonly columns: readonly Column[];
  readonly sortBy?: { readonly column: string; readonly descending: boolean };
}

/** The figures of this moment, one row per label set. */
export function table(spec: TableSpec): Panel {
  const source = ({ from }: Column): string => (typeof from === 'string' ? from : spec.queries.length === 1 ? 'Value' : `Value #${refIdOf(from)}`);
  const panel = described(new TableBuilder(), spec)
    .targets(spec.queries.map((expr) => promQuery({ expr, legend: '' }, 'table')))
    .transformations([
      ...(spec.queries.length > 1 ? [{ id: 'merge', options: {} }] : []),
      { id: 'organize', options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(spec.columns.map((column, i) => [source(column), i])),
        renameByName: {},
      } },
    ])
    .overrides(spec.columns.map((column) => byName(source(column), columnStyle(column))))
    .build();
  // The footer's fields changed between versions, and none of our tables has one.
  const { footer: _footer, ...options } = panel.options as Record<string, unknown>;
  const sortBy = spec.sortBy ? { sortBy: [{ displayName: spec.sortBy.column, desc: spec.sortBy.descending }] } : {};
  return { ...panel, options: { ...options, ...sortBy } };
}

const refIdOf = (index: number): string => String.fromCharCode(65 + index);

/** The SDK wants builders even where a plain object will do. */
const built = <T>(value: T): { build(): T } => ({ build: () => value });

interface Describable<B> {
  title(text: string): B; description(text: string): B; unit(unit: string): B; noValue(text: string): B;
  datasource(ref: common.DataSourceRef): B; links(links: { build(): dashboard.DashboardLink }[]): B;
}

function described<B extends Describable<B>>(builder: B, spec: Spec): B {
  return builder.title(spec.title).description(spec.description).unit(spec.unit).noValue(spec.noValue)
    .datasource(DATASOURCES.prometheus).links(spec.links.map((link) => built(asSdkLink(link))));
}

// Panel and data links need a title and an address; the SDK's type is that of dashboard links, which need more.
const asSdkLink = (link: Link): dashboard.DashboardLink => ({ ...link } as dashboard.DashboardLink);

function promQuery(query: Pick<Query, 'expr' | 'legend' | 'exemplar' | 'step'>, shape: 'range' | 'table'): { build(): Dataquery } {
  const builder = new DataqueryBuilder().datasource(DATASOURCES.prometheus).expr(query.expr);
  if (shape === 'table') return builder.instant().format(PromQueryFormat.Table);
  builder.range().legendFormat(query.legend);
  if (query.step !== undefined) builder.interval(query.step);
  return query.exemplar ? builder.exemplar(true) : builder;
}

type Properties = dashboard.DynamicConfigValue[];
interface Override { matcher: dashboard.MatcherConfig; properties: Properties }

const byRefId = (index: number, properties: Properties): Override => ({ matcher: { id: 'byFrameRefID', options: refIdOf(index) }, properties });
const byName = (name: string, properties: Properties): Override => ({ matcher: { id: 'byName', options: name }, properties });
const fixed = (color: Color): dashboard.FieldColor => ({ mode: 'fixed' as dashboard.FieldColorModeId, fixedColor: COLORS[color] });

function styleOf(query: Query): Properties {
  return [
    ...(query.unit ? [{ id: 'unit', value: query.unit }] : []),
    ...(query.decimals === undefined ? [] : [{ id: 'decimals', value: query.decimals }]),
    ...(query.color === undefined ? [] : colorOf(query.color)),
    ...(query.dashed ? [{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } }, { id: 'custom.fillOpacity', value: 0 }] : []),
    ...(query.fillTo ? [{ id: 'custom.fillBelowTo', value: query.fillTo }] : []),
  ];
}

const colorOf = (color: Color | Steps): Properties =>
  typeof color === 'string' ? [{ id: 'color', value: fixed(color) }] : [{ id: 'color', value: { mode: 'thresholds' } }, { id: 'thresholds', value: thresholds(color) }];

function thresholds({ base, steps }: Steps): dashboard.ThresholdsConfig {
  const mode = 'absolute' as dashboard.ThresholdsMode;
  return { mode, steps: [{ value: null, color: COLORS[base] }, ...steps.map(([value, color]) => ({ value, color: COLORS[color] }))] };
}

const noDataMapping = (text: string): dashboard.SpecialValueMap => ({
  type: 'special' as dashboard.MappingType.SpecialValue,
  options: { match: 'null+nan' as dashboard.SpecialValueMatch, result: { text, index: 0 } },
});

function columnStyle(column: Column): Properties {
  return [
    { id: 'displayName', value: column.title },
    ...(column.unit ? [{ id: 'unit', value: column.unit }] : []),
    ...(column.decimals === undefined ? [] : [{ id: 'decimals', value: column.decimals }]),
    ...(column.width === undefined ? [] : [{ id: 'custom.width', value: column.width }]),
    ...(column.texts ? [{ id: 'mappings', value: [{ type: 'value', options: Object.fromEntries(Object.entries(column.texts).map(([value, text], index) => [value, { text, index }])) }] }] : []),
    ...(column.links ? [{ id: 'links', value: column.links.map((link) => ({ ...link })) }] : []),
    ...(column.color ? [{ id: 'custom.cellOptions', value: { type: 'color-text' } }, ...colorOf(column.color)] : []),
  ];
}
