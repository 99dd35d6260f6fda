/** What the exporter has to do with the world besides webhooks: tracked links, web analytics, readings of platforms; and what it stands on. */
import { stat } from '../kinds/stat.ts';
import { table } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { total } from '../promql.ts';
import { UNITS } from '../style.ts';
import { CERTIFICATE_LEFT_SECONDS, DISK_LEFT_RATIO, PULL_OLD_SECONDS } from '../targets.ts';

const DELIVERY = toPlainDashboard('msg-delivery', 'Delivery and campaigns');
const OVERVIEW = toPlainDashboard('msg-overview', 'Overview');

export const linkRequests = (): Panel => timeSeries({
  title: 'Requests for tracked links, per hour', unit: UNITS.count, noValue: 'no data', stacked: true, minInterval: '5m', kpis: ['L', 'H5'], links: [DELIVERY, OVERVIEW],
  description: 'Requests in the hour before each point: counted are clicks of people, automated are programs that draw previews, unknown are codes that are none of ours, dropped are '
    + 'clicks led on and not stored because too many came in one second. Some unknown ones are strangers who try; many after a campaign mean that its links are wrong.',
  queries: [{ legend: '{{result}}', expr: total('replywatch_link_requests_total', '1h', ['result']) }],
  colors: { counted: 'good', automated: 'usual', unknown: 'waiting', dropped: 'failed' },
});

export const analyticsEvents = (): Panel => timeSeries({
  title: 'Told to web analytics, per hour', unit: UNITS.count, noValue: 'no data', stacked: true, minInterval: '5m', kpis: ['L'], links: [runbook('AnalyticsForwardingFailing'), DELIVERY],
  description: 'Clicks and conversions told to Google Analytics in the hour before each point; nothing where it is not configured. All sent is normal. failed ones are tried again for '
    + 'three days, refused ones never: look at the measurement id and secret, and into Realtime of the property, because Google says yes to a wrong secret, too.',
  queries: [{ legend: '{{result}}', expr: total('replywatch_analytics_events_total', '1h', ['result']) }],
  colors: { sent: 'good', failed: 'waiting', refused: 'failed' },
});

export const platforms = (): Panel => table({
  title: 'Readings of platforms', unit: UNITS.count, noValue: 'nothing is read from a platform (docs/pull.md)', kpis: ['L'], links: [runbook('PlatformUnread'), toPlainDashboard('msg-cost', 'Cost')],
  description: 'A row per thing that is fetched from a platform\'s API: age of the last success, and readings of 24 h that succeeded and that did not. Minutes are normal, hours for '
    + 'costs and templates of WhatsApp. What is not read is missing from the figures that need it: check the token first.',
  queries: [
    'time() - (max by (pull) (replywatch_pull_last_success_timestamp_seconds) > 0)',
    'sum by (pull) (increase(replywatch_pull_runs_total{outcome="success"}[24h]))', 'sum by (pull) (increase(replywatch_pull_runs_total{outcome!="success"}[24h]))',
  ],
  columns: [
    { from: 'pull', title: 'What' }, { from: 0, title: 'Age', unit: UNITS.seconds, decimals: 0, width: 85, color: { base: 'good', steps: [[PULL_OLD_SECONDS, 'warn']] } },
    { from: 1, title: 'Succeeded', decimals: 0, width: 90 }, { from: 2, title: 'Failed', decimals: 0, width: 75, color: { base: 'good', steps: [[0.5, 'warn']] } },
  ],
  sortBy: { column: 'Age', descending: true },
});

export const disk = (): Panel => timeSeries({
  title: 'Disk of the data directory', unit: UNITS.ratio, max: 1, noValue: 'no data', kpis: ['L'], links: [runbook('DiskFilling'), OVERVIEW],
  description: 'Used ÷ size of the disk that holds the keys, the spool and, with the bundled Postgres, the database. A slow climb is normal; dashed is where somebody is told. '
    + 'At 100 % webhooks are turned away: make room, or shorten how long events are kept.',
  queries: [
    { legend: '{{instance}}', expr: '1 - max by (instance) (replywatch_disk_free_bytes) / (max by (instance) (replywatch_disk_size_bytes) > 0)' },
    { legend: 'limit', expr: `vector(${1 - DISK_LEFT_RATIO})`, color: 'target', dashed: true },
  ],
});

export const certificate = (): Panel => stat({
  title: 'Certificate', of: 'now', unit: UNITS.seconds, noValue: 'no https address is known', kpis: ['L'], links: [runbook('CertificateExpiring'), OVERVIEW],
  description: 'Until the certificate of PUBLIC_URL ends. Weeks are normal: it is renewed a month before its end. Below two weeks it was not, and on the day providers stop posting.',
  queries: [{ legend: 'left', expr: 'min(replywatch_certificate_expiry_timestamp_seconds) - time()', decimals: 0,
    color: { base: 'bad', steps: [[CERTIFICATE_LEFT_SECONDS.critical, 'warn'], [CERTIFICATE_LEFT_SECONDS.warning, 'good']] } }],
});

export const versions = (): Panel => table({
  title: 'What is running', unit: UNITS.count, noValue: 'no exporter is scraped', kpis: ['L'], links: [runbook('ExporterRestarting'), OVERVIEW],
  description: 'Each replica with its version, its revision and its Node. One version is normal; two stand side by side only while an update goes on. Name all three when you report a fault.',
  queries: ['max by (instance, version, revision, node) (replywatch_build_info)'],
  columns: [{ from: 'instance', title: 'Replica' }, { from: 'version', title: 'Version' }, { from: 'revision', title: 'Revision' }, { from: 'node', title: 'Node' }, { from: 0, title: 'Runs', texts: { 1: 'yes' }, width: 70 }],
});
