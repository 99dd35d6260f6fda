import * as common from '@grafana/grafana-foundation-sdk/common';
import { HeatmapColorMode, PanelBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
import { DATASOURCES } from '../datasources.ts';
import { described, showing, type Panel, type Spec } from '../panel.ts';
import { built, promTarget, sqlTarget } from '../query.ts';

export interface HistogramSpec extends Spec {
  /** Gives a series per `le`: `sum by (le) (increase(…_bucket[$__rate_interval]))`. The unit is that of the buckets. */
  readonly expr: string;
  /** Dots of single conversations that lead to their trace; for raw `_bucket` series only. */
  readonly exemplar: boolean;
  /** Smallest step, e.g. `10m`. */
  readonly minInterval: string;
}

/** How a distribution moves over time. */
export function histogram(spec: HistogramSpec): Panel {
  const panel = coloured(described(new PanelBuilder(), spec, DATASOURCES.prometheus))
    .calculate(false).exemplarsColor('rgba(255,0,255,0.7)').interval(spec.minInterval)
    .yAxis(built({ unit: spec.unit, axisPlacement: common.AxisPlacement.Left, reverse: false }))
    .rowsFrame(built({ layout: common.HeatmapCellLayout.Auto }))
    // Cells of nothing stay empty.
    .filterValues(built({ le: 1e-9 })).cellValues(built({ unit: 'short', decimals: 0 }))
    .targets([promTarget({ expr: spec.expr, legend: '{{le}}', exemplar: spec.exemplar }, 'heatmap')])
    .build();
  return showing(panel, spec);
}

export interface WeekGridSpec extends Spec {
  /** 24 rows, first the end of the hour as an integer, then a column per weekday from "Sun" to "Mon", so that Monday is on top; `hoursOfWeek` in `sql.ts` makes it. */
  readonly sql: string;
  readonly decimals: number;
}

/** Weekday × hour: the panel takes the first column for the right edges of cells, and each further number for a row of them, from the bottom up. */
export function weekGrid(spec: WeekGridSpec): Panel {
  const panel = coloured(described(new PanelBuilder(), spec, DATASOURCES.postgres))
    // Zeros are figures as well; by default the panel leaves them out. What is not a number stays empty.
    .calculate(false).filterValues(built({ le: -1 })).cellValues(built({ unit: spec.unit, decimals: spec.decimals }))
    .yAxis(built({ axisPlacement: common.AxisPlacement.Left, reverse: false }))
    .rowsFrame(built({ layout: common.HeatmapCellLayout.Auto }))
    .targets([sqlTarget(spec.sql, 'table')])
    .build();
  return showing(panel, spec);
}

const coloured = (builder: PanelBuilder): PanelBuilder => builder
  .color(built({ mode: HeatmapColorMode.Scheme, scheme: 'Oranges', fill: 'dark-orange', exponent: 0.5, steps: 64, reverse: false }))
  .cellGap(1).showValue(common.VisibilityMode.Never).showLegend()
  // Before 10.3 there was `show` instead of a mode.
  .tooltip(built({ mode: common.TooltipDisplayMode.Single, show: true, yHistogram: false, showColorScale: true }));
