import type { Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type * as common from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { DATASOURCES } from '../datasources.ts';
import { described, showing, type Panel, type Spec } from '../panel.ts';
import { promTarget, sqlTarget, tempoTarget } from '../query.ts';
import { byName, byPattern, columnLook, refIdOf, type Column, type Override } from '../style.ts';

interface Rows extends Spec {
  readonly columns: readonly Column[];
  /** By the title of a column. */
  readonly sortBy?: { readonly column: string; readonly descending: boolean };
}

export interface TableSpec extends Rows {
  /** All queries keep the same labels; rows with equal labels are joined. */
  readonly queries: readonly string[];
}

/** The figures of this moment, one row per label set. */
export function table(spec: TableSpec): Panel {
  const source = ({ from }: Column): string => (typeof from === 'string' ? from : spec.queries.length === 1 ? 'Value' : `Value #${refIdOf(from)}`);
  return tableOf(spec, DATASOURCES.prometheus, spec.queries.map((expr) => promTarget({ expr, legend: '' }, 'table')), spec.columns.map((column) => byName(source(column), columnLook(column))), [
    ...(spec.queries.length > 1 ? [{ id: 'merge', options: {} }] : []),
    { id: 'organize', options: {
      excludeByName: { Time: true, ...Object.fromEntries(unseen(spec).map((name) => [name, true])) },
      indexByName: Object.fromEntries(spec.columns.map((column, i) => [source(column), i])),
      renameByName: {},
    } },
  ]);
}

/** Values of queries that are asked for their labels only. */
const unseen = ({ queries, columns }: TableSpec): readonly string[] =>
  (queries.length === 1 ? [] : queries.flatMap((_, i) => (columns.some(({ from }) => from === i) ? [] : [`Value #${refIdOf(i)}`])));

export interface SqlTableSpec extends Rows {
  /** Gives the columns in the order they are shown in. */
  readonly sql: string;
  /** For columns whose names only the data know: a regular expression and how they look. */
  readonly pattern?: { readonly of: string; readonly look: Omit<Column, 'from' | 'title'> };
}

/** Rows of the reporting views. */
export function sqlTable(spec: SqlTableSpec): Panel {
  const patterned = spec.pattern ? [byPattern(spec.pattern.of, columnLook({ from: '', title: '', ...spec.pattern.look }).filter(({ id }) => id !== 'displayName'))] : [];
  return tableOf(spec, DATASOURCES.postgres, [sqlTarget(spec.sql, 'table')], [...patterned, ...spec.columns.map((column) => byName(String(column.from), columnLook(column)))], []);
}

export interface TraceSearchSpec extends Rows {
  /** One condition on one span: spans of an episode may lie in different blocks. What it selects become columns, named as in Grafana: without `span.`. */
  readonly traceql: string;
  readonly limit: number;
}

/** Columns of spans that our own tell better, by name and by the title the data source gives them. `traceIdHidden` stays, unseen: links read it. */
const NOT_SHOWN = ['traceService', 'Trace Service', 'traceName', 'Trace Name', 'spanID', 'Span ID', 'name', 'Name'];

/** Spans that fit a search, a row each. */
export const traceSearch = (spec: TraceSearchSpec): Panel =>
  tableOf(spec, DATASOURCES.tempo, [tempoTarget(spec.traceql, spec.limit, 'spans')], spec.columns.map((column) => byName(String(column.from), columnLook(column))), [
    { id: 'organize', options: { excludeByName: Object.fromEntries(NOT_SHOWN.map((name) => [name, true])), indexByName: {}, renameByName: {} } },
  ]);

function tableOf(spec: Rows, datasource: common.DataSourceRef, targets: { build(): Dataquery }[], overrides: Override[], transformations: { id: string; options: unknown }[]): Panel {
  const panel = described(new PanelBuilder(), spec, datasource).targets(targets).transformations(transformations).overrides(overrides).build();
  // The footer's fields changed between versions, and none of our tables has one.
  const { footer: _footer, ...options } = panel.options as Record<string, unknown>;
  const sortBy = spec.sortBy ? { sortBy: [{ displayName: spec.sortBy.column, desc: spec.sortBy.descending }] } : {};
  return showing({ ...panel, options: { ...options, ...sortBy } }, spec);
}
