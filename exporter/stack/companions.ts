/** What `npm start` runs beside the exporter when the machine has it. */
export type Companion = 'otlp-viewer' | 'alertmanager' | 'prometheus' | 'grafana';

/** A line of the table that `start` prints. Without `url` it does not run, and `note` says what would bring it. */
export interface Row { readonly name: string; readonly url?: string; readonly note: string }

/** Names for people. */
export const NAMES: Readonly<Record<Companion, string>> = { 'otlp-viewer': 'Traces', alertmanager: 'Alertmanager', prometheus: 'Prometheus', grafana: 'Grafana' };

/** The row of a companion that was not found: how to get it. */
export function missing(companion: Companion, platform: string = process.platform): Row {
  return { name: NAMES[companion], note: `not found; to have it: ${TO_INSTALL[companion][platform === 'darwin' ? 'darwin' : 'linux']}` };
}

/** Debian's package names; the services that apt would start are not needed. */
const TO_INSTALL: Readonly<Record<Companion, Readonly<{ linux: string; darwin: string }>>> = {
  'otlp-viewer': { linux: 'npm ci --include=dev', darwin: 'npm ci --include=dev' },
  alertmanager: { linux: 'apt-get install --no-install-recommends prometheus-alertmanager', darwin: 'brew install alertmanager' },
  prometheus: { linux: 'apt-get install --no-install-recommends prometheus', darwin: 'brew install prometheus' },
  grafana: { linux: 'docker compose up, or unpack https://grafana.com/grafana/download and set GRAFANA_HOME', darwin: 'brew install grafana' },
};
