/** Whether the figures can be believed: what arrived, what was refused, when we saw nothing. */
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toPlainDashboard, type Link } from '../links.ts';
import type { Panel } from '../panel.ts';
import { total } from '../promql.ts';
import { UNITS } from '../style.ts';
import { SILENT_SECONDS } from '../targets.ts';

const links = (alert: string): Link[] => [toPlainDashboard('msg-pipeline', 'Pipeline health'), runbook(alert)];

export const eventAge = (): Panel => timeSeries({
  title: 'Age of the newest event', unit: UNITS.seconds, noValue: 'no event yet', links: links('SourceSilent'),
  description: 'Time since the newest event of each source. Saw teeth of seconds to minutes are normal in opening hours; a line that climbs means webhooks no '
    + `longer arrive. From ${SILENT_SECONDS / 60} minutes on, check the provider's webhook settings.`,
  queries: [{ legend: '{{source}}', expr: 'time() - (max by (source) (chat_source_last_event_timestamp_seconds) > 0)' }],
});

export const events = (): Panel => timeSeries({
  title: 'Events by result, per minute', unit: UNITS.perMinute, noValue: 'no event yet', links: links('WebhooksRejected'), minInterval: '1m',
  description: 'Events by what became of them. Nearly all accepted, some duplicates when a provider delivers twice, is normal. Rejected ones could not be '
    + 'read and are missing from the figures; many late ones mean a provider or clock lags.',
  queries: [{ legend: '{{result}}', expr: '60 * sum by (result) (rate(chat_events_total[$__rate_interval]))' }],
  colors: { accepted: 'good', duplicate: 'system', late: 'waiting', future: 'campaign', rejected: 'failed' },
});

export const blind = (): Panel => timeSeries({
  title: 'Blind, per hour', unit: UNITS.seconds, noValue: 'never blind', links: links('ExporterBlind'), minInterval: '1m',
  description: 'Seconds of the hour before each point in which the exporter was down or a source was cut off. Zero is normal. Figures over such a time are '
    + 'too low: some providers deliver the missed events later, others never do.',
  queries: [{ legend: '{{source}}', expr: total('chat_blind_seconds_total', '1h', ['source']) }],
});
