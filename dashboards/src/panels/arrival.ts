/** The first screen of delivery: whether messages arrive, are read, are allowed, and where they do not. */
import { sqlTable } from '../kinds/table.ts';
import { stat } from '../kinds/stat.ts';
import { runbook, toDashboard, toInbox, toPlainDashboard, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { FAILED_LIMIT, of, ofInbox, ratio, totalInChannel } from '../promql.ts';
import { chosen, during, inPlace, onDays, share } from '../sql.ts';
import { UNITS, type Steps } from '../style.ts';
import { FAILED_LIMIT_RATIO } from '../targets.ts';

export const FAILED_TRACES = toTraces('{ span:name = "deliver message" && span:status = error }', 'Failed deliveries');

const FAILED: Steps = { base: 'good', steps: [[FAILED_LIMIT_RATIO / 2, 'warn'], [FAILED_LIMIT_RATIO, 'bad']] };
const sent = `from reporting.hourly where ${during('hourly.hour')} and ${inPlace('hourly')}`;

export const deliveredShare = (): Panel => stat({
  title: 'Delivered', of: 'period', unit: UNITS.ratio, noValue: 'no receipts yet', kpis: ['H1'],
  description: 'Messages that were delivered or read ÷ messages with a receipt of any kind, in the chosen time; below it how many those are. Near 100 % is normal for WhatsApp '
    + 'and SMS. Channels that never confirm a delivery, as many web chats, count as not delivered: choose a channel, or look at the table. Where it falls while nothing fails, '
    + 'receipts are late or missing.',
  links: [FAILED_TRACES, runbook('DeliveryFailing'), toPlainDashboard('msg-pipeline', 'Pipeline health')],
  queries: [{ sql: `select ${share('sum(hourly.delivered)', 'sum(hourly.attempted)')} as delivered, sum(hourly.attempted)::bigint as "with receipt"\n${sent}` }],
  columns: [{ from: 'delivered', title: 'delivered', decimals: 1 }, { from: 'with receipt', title: 'with a receipt', unit: UNITS.count, decimals: 0 }],
});

export const failedShare = (): Panel => stat({
  title: 'Failed', of: 'period', unit: UNITS.ratio, noValue: 'no receipts yet', kpis: ['H1'],
  description: 'Messages whose last word was failed ÷ messages with a receipt of any kind, in the chosen time; how many failed, and what share may fail by the configuration. '
    + `Up to that (${FAILED_LIMIT_RATIO * 100} % unless configured, which the colours are for) is normal: numbers that are gone, people who do not want it. Above, the codes say whether it is the provider, the list or the text.`,
  links: [FAILED_TRACES, runbook('DeliveryFailing'), runbook('CampaignDeliveryFailing', 'Runbook: campaigns')],
  queries: [{ sql: `select ${share('sum(hourly.failed)', 'sum(hourly.attempted)')} as failed, sum(hourly.failed)::bigint as messages\n${sent}` }, { legend: 'limit', expr: FAILED_LIMIT, color: 'target', decimals: 0, instant: true }],
  columns: [{ from: 'failed', title: 'failed', decimals: 1, color: FAILED }, { from: 'messages', title: 'messages', unit: UNITS.count, decimals: 0 }],
});

export const readShare = (): Panel => stat({
  title: 'Read', of: 'period', unit: UNITS.ratio, noValue: 'nothing delivered yet', kpis: ['H2'],
  description: 'Messages read ÷ messages delivered or read, in the chosen time, and the same of the four weeks before it. A lower bound, because people can switch read receipts '
    + 'off: compare with your own past, not with others. A fifth below it means that people tire of what is sent, or that a channel stopped to send receipts.',
  links: [runbook('ReadRateDropped'), toPlainDashboard('msg-audience', 'Audience')],
  queries: [{ sql: `select ${share('sum(hourly.read) filter (where hourly.hour >= $__timeFrom())', 'sum(hourly.delivered) filter (where hourly.hour >= $__timeFrom())')} as read,
  ${share('sum(hourly.read) filter (where hourly.hour < $__timeFrom())', 'sum(hourly.delivered) filter (where hourly.hour < $__timeFrom())')} as before
from reporting.hourly where hourly.hour >= $__timeFrom()::timestamptz - interval '28 days' and hourly.hour < $__timeTo() and ${inPlace('hourly')}` }],
  columns: [{ from: 'read', title: 'read', decimals: 1 }, { from: 'before', title: 'four weeks before', decimals: 1 }],
});

export const outsideWindow = (): Panel => {
  const sends = (matchers: Readonly<Record<string, string>>): string => totalInChannel(ofInbox('chat_window_sends_total', matchers), '$__range');
  return stat({
    title: 'Outside the message window', of: 'period', unit: UNITS.ratio, noValue: 'no channel with a window', kpis: ['H8'],
    description: 'Messages sent after the window for free messages had closed ÷ messages on channels that have one, in the chosen time; below it conversations that wait now and '
      + 'have less than an hour of it left. '
      + 'Campaigns are outside by nature, answers should not be: they reach the customer as a template only, and that costs. Answer those that are closing first.',
    links: [toDashboard('msg-slow', 'Slow conversations'), runbook('WindowExpiring'), toDashboard('msg-cost', 'Cost')],
    queries: [
      { legend: 'outside', expr: ratio(sends({ window: 'outside' }), sends({})), decimals: 1, instant: true },
      { legend: 'closing now', expr: `sum(${of('chat_window_expiring_conversations')})`, unit: UNITS.count, decimals: 0, instant: true, color: { base: 'good', steps: [[1, 'bad']] } },
    ],
  });
};

export const withoutConsent = (): Panel => stat({
  title: 'Marketing without consent', of: 'period', unit: UNITS.count, noValue: 'no marketing sent', kpis: ['K2'],
  description: 'Marketing templates sent on the chosen days to customers whose latest word on marketing was no yes; below it all marketing templates. Failed ones count: the '
    + 'intent was there. 0 is the only normal: stop the campaign, and correct its list. Where consents are kept elsewhere and never told, every send counts.',
  links: [runbook('SendsWithoutConsent'), toPlainDashboard('msg-audience', 'Audience: consent')],
  queries: [{ sql: `select sum(consent_days.without_consent)::bigint as without, sum(consent_days.marketing_sends)::bigint as sends
from reporting.consent_days where ${onDays('consent_days.local_day')} and ${chosen('consent_days.inbox', 'inbox')}` }],
  columns: [{ from: 'without', title: 'without consent', decimals: 0, color: { base: 'good', steps: [[1, 'bad']] } }, { from: 'sends', title: 'marketing sends', decimals: 0 }],
});

export const byInboxDelivery = (): Panel => sqlTable({
  title: 'From sent to read, by inbox', unit: UNITS.count, noValue: 'nothing was sent in this time', kpis: ['H1', 'H2'],
  description: 'Per channel and inbox: messages of the business with a receipt, and how far they got. Delivered and failed ÷ with a receipt; read ÷ delivered. Channels that '
    + 'never confirm a delivery stay at 0. An inbox alone in red '
    + 'has a trouble of its own (number, page or token), all together have one with the provider. Click an inbox to see it alone.',
  links: [FAILED_TRACES, toDashboard('msg-overview', 'Overview')],
  sql: `select hourly.channel, hourly.inbox, sum(hourly.attempted)::bigint as attempted, ${share('sum(hourly.delivered)', 'sum(hourly.attempted)')} as delivered,
  ${share('sum(hourly.read)', 'sum(hourly.delivered)')} as read, ${share('sum(hourly.failed)', 'sum(hourly.attempted)')} as failed
${sent} group by hourly.channel, hourly.inbox having sum(hourly.attempted) > 0 order by sum(hourly.attempted) desc limit 50`,
  columns: [
    { from: 'channel', title: 'Channel', width: 90 },
    { from: 'inbox', title: 'Inbox', links: [toInbox('msg-delivery', 'This inbox only')] },
    { from: 'attempted', title: 'Receipts', unit: UNITS.count, decimals: 0, width: 85 },
    { from: 'delivered', title: 'Delivered', unit: UNITS.ratio, decimals: 1, width: 85 },
    { from: 'read', title: 'Read', unit: UNITS.ratio, decimals: 1, width: 75 },
    { from: 'failed', title: 'Failed', unit: UNITS.ratio, decimals: 1, width: 75, color: FAILED },
  ],
});
