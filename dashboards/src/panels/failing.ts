/** Which messages do not arrive, and how long the others take. */
import { sqlTable } from '../kinds/table.ts';
import { runbook, toDashboard, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { during, inPlace, onDays, percentile, share } from '../sql.ts';
import { UNITS, type Column } from '../style.ts';
import { FAILED_LIMIT_RATIO } from '../targets.ts';
import { FAILED_TRACES } from './arrival.ts';

const links = [FAILED_TRACES, runbook('DeliveryFailing')];
const outbound = `from reporting.messages where ${during('messages.at')} and messages.direction = 'outbound' and messages.status is not null and ${inPlace('messages')}`;

/** The last day of the chosen time: enough to tell, and quick where there are millions. */
const LAST_DAY = "messages.at >= greatest($__timeFrom()::timestamptz, $__timeTo()::timestamptz - interval '1 day') and messages.at < $__timeTo()";

/** Receipts by anything a message has. */
const RATES = `count(*) as attempted, ${share("count(*) filter (where messages.status in ('delivered', 'read'))", 'count(*)')} as delivered,
  ${share("count(*) filter (where messages.status = 'read')", "count(*) filter (where messages.status in ('delivered', 'read'))")} as read,
  ${share("count(*) filter (where messages.status = 'failed')", 'count(*)')} as failed`;
const RATE_COLUMNS: readonly Column[] = [
  { from: 'attempted', title: 'Receipts', decimals: 0, width: 85 }, { from: 'delivered', title: 'Delivered', unit: UNITS.ratio, decimals: 1, width: 85 },
  { from: 'read', title: 'Read', unit: UNITS.ratio, decimals: 1, width: 75 },
  { from: 'failed', title: 'Failed', unit: UNITS.ratio, decimals: 1, width: 75, color: { base: 'good', steps: [[FAILED_LIMIT_RATIO, 'bad']] } },
];

export const byTemplate = (): Panel => sqlTable({
  title: 'By template', unit: UNITS.count, noValue: 'no source named a template in this time', kpis: ['H1', 'H2'], links,
  description: 'Templates sent in the chosen time, where the source names them: how many have a receipt, and how far they got. Delivered and failed ÷ with a receipt, read ÷ '
    + 'delivered. Templates should fail alike; '
    + 'one that fails alone was paused or rejected: look at the notes of the account in the provider\'s console. Sends that are known by their receipts only have no name.',
  sql: `select messages.template, coalesce(messages.template_category, messages.price_category, 'unknown') as category, ${RATES}
${outbound} and messages.template is not null group by 1, 2 order by count(*) desc limit 50`,
  columns: [{ from: 'template', title: 'Template' }, { from: 'category', title: 'Category', width: 110 }, ...RATE_COLUMNS],
});

export const byContent = (): Panel => sqlTable({
  title: 'By author and kind, last day', unit: UNITS.count, noValue: 'no receipts in this time', kpis: ['H1', 'H2'], links,
  description: 'Messages of the last day of the chosen time by who wrote them and what they hold. Delivered and failed ÷ with a receipt, read ÷ delivered. Differences of a few '
    + 'points are normal; a kind that fails alone (videos, documents) is too large or of a type the channel refuses.',
  sql: `select messages.author, messages.content, ${RATES}
from reporting.messages where ${LAST_DAY} and messages.direction = 'outbound' and messages.status is not null and ${inPlace('messages')} group by 1, 2
  order by count(*) desc limit 50`,
  columns: [{ from: 'author', title: 'Written by', width: 100 }, { from: 'content', title: 'Kind' }, ...RATE_COLUMNS],
});

export const byCode = (): Panel => sqlTable({
  title: 'Why messages failed', unit: UNITS.count, noValue: 'nothing failed in this time', kpis: ['H1'], links,
  description: 'Failed messages of the chosen time by the provider\'s error code, inbox and author: how many, their share of all failures, and the latest. Numbers that do not '
    + 'exist are normal in campaigns. Look the code up in the provider\'s list; one that came up lately and grows is worth a call.',
  sql: `select coalesce(messages.error_code, 'unknown') as code, messages.channel, messages.inbox, messages.author, count(*) as failed,
  ${share('count(*)', 'sum(count(*)) over ()')} as share, max(messages.failed_at) as latest
${outbound} and messages.failed_at is not null and messages.status = 'failed' group by 1, 2, 3, 4 order by count(*) desc limit 50`,
  columns: [
    { from: 'code', title: 'Code' }, { from: 'channel', title: 'Channel', width: 90 }, { from: 'inbox', title: 'Inbox' }, { from: 'author', title: 'Written by', width: 95 },
    { from: 'failed', title: 'Failed', decimals: 0, width: 70 }, { from: 'share', title: 'Share', unit: UNITS.ratio, decimals: 0, width: 65 },
    { from: 'latest', title: 'Latest', unit: UNITS.time, width: 150 },
  ],
});

export const timeToDeliver = (): Panel => sqlTable({
  title: 'How long until they arrive? Last day', unit: UNITS.seconds, noValue: 'nothing delivered in this time', kpis: ['H1'],
  description: 'From the sending to the first receipt delivered or read, for messages of the last day of the chosen time: median, 95th percentile, and how many. Messages known '
    + 'by their receipts alone have no sending time and are left out. '
    + 'A few seconds are normal; minutes at the 95th mean phones that are off; a median of minutes means that receipts come late: look at the ingest delay.',
  links: [toPlainDashboard('msg-pipeline', 'Pipeline health'), toDashboard('msg-overview', 'Overview')],
  sql: `select messages.channel, messages.inbox, ${percentile(0.5, 'extract(epoch from messages.delivered_at - messages.at)')} as median,
  ${percentile(0.95, 'extract(epoch from messages.delivered_at - messages.at)')} as p95, count(*) as delivered
from reporting.messages where ${LAST_DAY}
  and messages.direction = 'outbound' and not messages.by_receipt and messages.delivered_at >= messages.at and ${inPlace('messages')}
group by messages.channel, messages.inbox order by count(*) desc limit 50`,
  columns: [
    { from: 'channel', title: 'Channel', width: 90 }, { from: 'inbox', title: 'Inbox' }, { from: 'median', title: 'Median', decimals: 0, width: 80 },
    { from: 'p95', title: '95th', decimals: 0, width: 80 },
    { from: 'delivered', title: 'Delivered', unit: UNITS.count, decimals: 0, width: 85 },
  ],
});

export const providerTemplates = (): Panel => sqlTable({
  title: 'Templates, by WhatsApp\'s own count', unit: UNITS.count, noValue: 'not fetched from WhatsApp (docs/pull.md)', kpis: ['H1', 'H2', 'H5'], links,
  description: 'What WhatsApp says became of each template on the chosen days, where that is fetched from it: sent; delivered ÷ sent; read ÷ delivered; clicks on its buttons ÷ '
    + 'delivered. It counts all numbers of the account, and days of its own. '
    + 'Figures beside ours should be alike; a template that is read and not clicked promises something its button does not.',
  sql: `select provider_templates.template, provider_templates.category, sum(provider_templates.sent)::bigint as sent,
  ${share('sum(provider_templates.delivered)', 'sum(provider_templates.sent)')} as delivered,
  ${share('sum(provider_templates.read)', 'sum(provider_templates.delivered)')} as read, ${share('sum(provider_templates.clicked)', 'sum(provider_templates.delivered)')} as clicked
from reporting.provider_templates where ${onDays('provider_templates.local_day')} group by 1, 2 order by sum(provider_templates.sent) desc limit 50`,
  columns: [
    { from: 'template', title: 'Template' }, { from: 'category', title: 'Category', width: 110 }, { from: 'sent', title: 'Sent', decimals: 0, width: 75 },
    { from: 'delivered', title: 'Delivered', unit: UNITS.ratio, decimals: 1, width: 85 }, { from: 'read', title: 'Read', unit: UNITS.ratio, decimals: 1, width: 75 },
    { from: 'clicked', title: 'Clicked', unit: UNITS.ratio, decimals: 1, width: 80 },
  ],
});
