/** The queries panels ask, as Grafana's data sources want them. */
import type { Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { DATASOURCES } from './datasources.ts';
import type { Look } from './style.ts';

/** PromQL. */
export interface PromQuery extends Look {
  readonly expr: string;
  readonly legend: string;
  /** Ask for exemplars: raw `_bucket` or `_total` series in time series and heatmaps only, and one query per panel. */
  readonly exemplar?: boolean;
  /** Smallest step of this query alone, e.g. `5m`: for what is expensive and moves slowly. */
  readonly step?: string;
  /** This moment only, without a sparkline: for windows of a day and more, which are too expensive for many points. */
  readonly instant?: boolean;
}

/**
 * SQL on the reporting views. For lines: a column `time`, rows sorted by it, and one column per line, named as in the legend; or `time`, `metric` (its
 * legend) and `value`. For numbers and tables: any columns; a number of its own is named by its column.
 */
export interface SqlQuery extends Look { readonly sql: string }

export type Query = PromQuery | SqlQuery;
export const isSql = (query: Query): query is SqlQuery => 'sql' in query;

/** `range` asks for points over time, `table` for the figures of this moment (PromQL) or rows as they are (SQL), `heatmap` for buckets over time. */
export type Shape = 'range' | 'table' | 'heatmap';

/** The SDK wants builders even where a plain object will do. */
export const built = <T>(value: T): { build(): T } => ({ build: () => value });

export const targetOf = (query: Query, shape: Shape): { build(): Dataquery } => (isSql(query) ? sqlTarget(query.sql, shape) : promTarget(query, shape));

export function promTarget(query: Pick<PromQuery, 'expr' | 'legend' | 'exemplar' | 'step' | 'instant'>, shape: Shape): { build(): Dataquery } {
  const builder = new DataqueryBuilder().datasource(DATASOURCES.prometheus).expr(query.expr);
  if (shape === 'table') return builder.instant().format(PromQueryFormat.Table);
  (query.instant ? builder.instant() : builder.range()).legendFormat(query.legend);
  if (shape === 'heatmap') builder.format(PromQueryFormat.Heatmap);
  if (query.step !== undefined) builder.interval(query.step);
  return query.exemplar ? builder.exemplar(true) : builder;
}

/** The SDK has no builder for Postgres, and types queries as an opaque variant. */
export const sqlTarget = (sql: string, shape: Shape): { build(): Dataquery } =>
  built({ datasource: DATASOURCES.postgres, format: shape === 'range' ? 'time_series' : 'table', rawQuery: true, editorMode: 'code', rawSql: sql } as unknown as Dataquery);

/** TraceQL; at most `limit` traces. `spans` gives a row per span that fits, with what the query selects as columns; Grafana 9.4 shows traces all the same. */
export const tempoTarget = (query: string, limit: number, tableType: 'traces' | 'spans' = 'traces'): { build(): Dataquery } =>
  built({ datasource: DATASOURCES.tempo, queryType: 'traceql', query, limit, spss: SPANS_PER_TRACE, tableType, filters: [] } as unknown as Dataquery);

const SPANS_PER_TRACE = 3;
