import { PanelBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCES } from '../datasources.ts';
import { described, showing, type Panel, type Spec } from '../panel.ts';
import { tempoTarget } from '../query.ts';

export interface TraceSpec extends Spec {
  /** A trace id, usually a variable. */
  readonly traceId: string;
}

/** One trace, drawn. The SDK has no builder of its own for this kind. */
export const trace = (spec: TraceSpec): Panel =>
  showing(described(new PanelBuilder().type('traces'), spec, DATASOURCES.tempo).targets([tempoTarget(spec.traceId, 20)]).build(), spec);
