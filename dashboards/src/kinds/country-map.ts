import { PanelBuilder, TooltipMode } from '@grafana/grafana-foundation-sdk/geomap';
import { DATASOURCES } from '../datasources.ts';
import { described, showing, type Panel, type Spec } from '../panel.ts';
import { built, sqlTarget } from '../query.ts';

export interface CountryMapSpec extends Spec {
  /** Columns `country` (two letters, ISO 3166) and `value`. */
  readonly sql: string;
}

/** A circle per country. The map below it is drawn by Grafana from the internet; without that the circles stand on grey. */
export function countryMap(spec: CountryMapSpec): Panel {
  const panel = described(new PanelBuilder(), spec, DATASOURCES.postgres)
    .view(built({ id: 'zero', lat: 20, lon: 0, zoom: 1, allLayers: true }))
    .basemap(built({ type: 'default', name: 'Map' }))
    // The wheel belongs to the page.
    .controls(built({ showZoom: true, showAttribution: true, mouseWheelZoom: false }))
    .tooltip(built({ mode: TooltipMode.Details }))
    .layers([built({
      type: 'markers', name: 'Customers', tooltip: true,
      location: { mode: 'lookup' as never, lookup: 'country', gazetteer: 'public/gazetteer/countries.json' },
      config: {
        showLegend: false,
        style: { color: { fixed: 'blue' }, opacity: 0.5, size: { field: 'value', fixed: 5, min: 4, max: 30 }, symbol: { fixed: 'img/icons/marker/circle.svg', mode: 'fixed' } },
      },
    })])
    .targets([sqlTarget(spec.sql, 'table')])
    .build();
  return showing(panel, spec);
}
