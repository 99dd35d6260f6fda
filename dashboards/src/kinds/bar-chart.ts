import { PanelBuilder } from '@grafana/grafana-foundation-sdk/barchart';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCES } from '../datasources.ts';
import { described, showing, type Panel, type Spec } from '../panel.ts';
import { built, sqlTarget } from '../query.ts';
import { byName, fixed, type Color } from '../style.ts';

export interface BarChartSpec extends Spec {
  /** The first column is text and names the bars, the others are numbers, named as in the legend. */
  readonly sql: string;
  /** Name of that first column. */
  readonly x: string;
  readonly stacked?: boolean;
  readonly horizontal?: boolean;
  readonly max?: number;
  readonly colors?: Readonly<Record<string, Color>>;
}

/** Bars side by side: hours of the day, topics, variants. */
export function barChart(spec: BarChartSpec): Panel {
  const builder = described(new PanelBuilder(), spec, DATASOURCES.postgres)
    .min(0).xField(spec.x).orientation(spec.horizontal ? common.VizOrientation.Horizontal : common.VizOrientation.Vertical)
    .stacking(spec.stacked ? common.StackingMode.Normal : common.StackingMode.None).showValue(common.VisibilityMode.Auto)
    .lineWidth(1).fillOpacity(70).colorScheme(built({ mode: 'palette-classic' as dashboard.FieldColorModeId }))
    .legend(built({ displayMode: common.LegendDisplayMode.List, placement: common.LegendPlacement.Bottom, showLegend: true, calcs: [] }))
    .tooltip(built({ mode: common.TooltipDisplayMode.Multi, sort: common.SortOrder.None }))
    .targets([sqlTarget(spec.sql, 'table')])
    .overrides(Object.entries(spec.colors ?? {}).map(([name, color]) => byName(name, [{ id: 'color', value: fixed(color) }])));
  if (spec.max !== undefined) builder.max(spec.max);
  return showing(builder.build(), spec);
}
