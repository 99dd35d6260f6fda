import { PanelBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { datasourceOf, described, showing, type Panel, type Spec } from '../panel.ts';
import { built, isSql, targetOf, type Query } from '../query.ts';
import { byName, byRefId, fixed, lookOf, noDataMapping, type Color } from '../style.ts';

export interface BarGaugeSpec extends Spec {
  /** One bar per series of PromQL, or per number in the one row of an SQL query. */
  readonly queries: readonly Query[];
  readonly max?: number;
  /** By legend or name of column. */
  readonly colors?: Readonly<Record<string, Color>>;
}

/** Lengths under each other: funnels, shares. */
export function barGauge(spec: BarGaugeSpec): Panel {
  const builder = described(new PanelBuilder(), spec, datasourceOf(spec.queries))
    .min(0).displayMode(common.BarGaugeDisplayMode.Basic).orientation(common.VizOrientation.Horizontal).showUnfilled(true).valueMode(common.BarGaugeValueMode.Color)
    .reduceOptions(built({ values: false, calcs: ['lastNotNull'], fields: '' }))
    .colorScheme(built({ mode: 'palette-classic' as dashboard.FieldColorModeId }))
    .mappings([noDataMapping(spec.noValue)])
    .targets(spec.queries.map((query) => targetOf(query, isSql(query) ? 'table' : 'range')))
    .overrides([
      ...spec.queries.map((query, i) => byRefId(i, lookOf(query))).filter(({ properties }) => properties.length > 0),
      ...Object.entries(spec.colors ?? {}).map(([name, color]) => byName(name, [{ id: 'color', value: fixed(color) }])),
    ]);
  if (spec.max !== undefined) builder.max(spec.max);
  return showing(builder.build(), spec);
}
