import * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { datasourceOf, described, showing, type Panel, type Spec } from '../panel.ts';
import { built, targetOf, type Query } from '../query.ts';
import { COLORS, type Color } from '../style.ts';

export interface StateTimelineSpec extends Spec {
  readonly queries: readonly Query[];
  /** Word and colour of each value. */
  readonly states: Readonly<Record<string, readonly [text: string, color: Color]>>;
  readonly minInterval?: string;
}

/** States over time, one band per series. */
export function stateTimeline(spec: StateTimelineSpec): Panel {
  const options = Object.fromEntries(Object.entries(spec.states).map(([value, [text, color]], index) => [value, { text, color: COLORS[color], index }]));
  const builder = described(new PanelBuilder(), spec, datasourceOf(spec.queries))
    .mergeValues(true).showValue(common.VisibilityMode.Auto).rowHeight(0.8).fillOpacity(70).lineWidth(0)
    .legend(built({ displayMode: common.LegendDisplayMode.List, placement: common.LegendPlacement.Bottom, showLegend: true, calcs: [] }))
    .mappings([{ type: 'value' as dashboard.MappingType.ValueToText, options }])
    .targets(spec.queries.map((query) => targetOf(query, 'range')));
  if (spec.minInterval !== undefined) builder.interval(spec.minInterval);
  return showing(builder.build(), spec);
}
