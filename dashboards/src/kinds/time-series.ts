import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Link } from '../links.ts';
import { asSdkLink, datasourceOf, described, showing, type Panel, type Spec } from '../panel.ts';
import { built, isSql, targetOf, type Query } from '../query.ts';
import { byName, byRefId, fixed, lookOf, type Color } from '../style.ts';

export interface TimeSeriesSpec extends Spec {
  readonly queries: readonly Query[];
  /** Only when the sum of the series means something. */
  readonly stacked?: boolean;
  /** Lower end of the axis: 0, or null where values may be negative. */
  readonly min?: number | null;
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
  const builder = described(new PanelBuilder(), spec, datasourceOf(spec.queries))
    // Days and hours are few: a single one would be a line without length.
    .lineWidth(1).fillOpacity(10).showPoints(spec.queries.some(isSql) ? common.VisibilityMode.Auto : common.VisibilityMode.Never).spanNulls(false)
    // Colours by name would be steadier, but came with Grafana 10, and older versions refuse the whole panel.
    .colorScheme(built({ mode: 'palette-classic' as dashboard.FieldColorModeId }))
    .stacking(built({ mode: spec.stacked ? common.StackingMode.Normal : common.StackingMode.None, group: 'A' }))
    .legend(built({
      displayMode: spec.wide ? common.LegendDisplayMode.Table : common.LegendDisplayMode.List, placement: common.LegendPlacement.Bottom, showLegend: true,
      calcs: spec.wide ? ['mean', 'max', 'lastNotNull'] : [],
    }))
    .tooltip(built({ mode: common.TooltipDisplayMode.Multi, sort: common.SortOrder.Descending }))
    .targets(spec.queries.map((query) => targetOf(query, 'range')))
    .overrides([
      ...spec.queries.map((query, i) => byRefId(i, lookOf(query))).filter(({ properties }) => properties.length > 0),
      ...Object.entries(spec.colors ?? {}).map(([name, color]) => byName(name, [{ id: 'color', value: fixed(color) }])),
    ]);
  if (spec.min !== null) builder.min(spec.min ?? 0);
  if (spec.max !== undefined) builder.max(spec.max);
  if (spec.minInterval !== undefined) builder.interval(spec.minInterval);
  if (spec.dataLinks !== undefined) builder.dataLinks(spec.dataLinks.map((link) => built(asSdkLink(link))));
  return showing(builder.build(), spec);
}
