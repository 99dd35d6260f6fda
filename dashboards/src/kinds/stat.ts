import * as common from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { datasourceOf, described, showing, type Panel, type Spec } from '../panel.ts';
import { built, isSql, targetOf, type Query } from '../query.ts';
import { byName, byRefId, columnLook, fixed, lookOf, noDataMapping, type Column } from '../style.ts';

export interface StatSpec extends Spec {
  /** The headline first, then what judges it. An SQL query gives one row; each of its numbers is one. */
  readonly queries: readonly Query[];
  /** Looks of the numbers of SQL queries, by column. */
  readonly columns?: readonly Column[];
  /** `now`: the last point, NaN included, so that a stale value is not shown. `period`: the last value of a window that ends now. */
  readonly of: 'now' | 'period';
}

/**
 * What sparklines show, whatever is chosen above. Grafana puts points on whole steps, and the last of sixty is the number: over a month it would be of this morning, and nothing
 * at all in the first hours of an installation; over six hours it is six minutes old, which is soon enough for windows of an hour. Windows of a day and more, too expensive
 * for sixty points, are asked for this moment (`instant`). A range in the past is shown as it is.
 */
const SPARK = { now: '1h', period: '6h' } as const;

/** A few large numbers; those of Prometheus with sparklines. */
export function stat(spec: StatSpec): Panel {
  const drawn = spec.queries.some((query) => !isSql(query) && !query.instant);
  const builder = described(new PanelBuilder(), drawn ? { ...spec, timeFrom: SPARK[spec.of] } : spec, datasourceOf(spec.queries))
    .colorMode(common.BigValueColorMode.Value).graphMode(common.BigValueGraphMode.Area)
    .textMode(common.BigValueTextMode.ValueAndName).maxDataPoints(60)
    .reduceOptions(built({ values: false, calcs: [spec.of === 'now' ? 'last' : 'lastNotNull'], fields: '' }))
    .colorScheme(built(fixed('plain')))
    .mappings([noDataMapping(spec.noValue)])
    .targets(spec.queries.map((query) => targetOf(query, isSql(query) ? 'table' : 'range')))
    .overrides([
      ...spec.queries.map((query, i) => byRefId(i, lookOf(query))).filter(({ properties }) => properties.length > 0),
      // Cells are a matter of tables.
      ...(spec.columns ?? []).map((column) => byName(String(column.from), columnLook(column).filter(({ id }) => !id.startsWith('custom.')))),
    ]);
  if (drawn) builder.hideTimeOverride(true);
  return showing(builder.build(), spec);
}
