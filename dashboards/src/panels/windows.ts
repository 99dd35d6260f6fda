/** Whether we may write: the window for free messages, and consent to marketing. */
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard, toInbox, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { inChannel, of, ofInbox } from '../promql.ts';
import { chosen, dayAsTime, during, localDay, onDays } from '../sql.ts';
import { UNITS } from '../style.ts';

export const windowSends = (): Panel => timeSeries({
  title: 'Sends by window and form, per hour', unit: UNITS.count, noValue: 'no channel with a window', stacked: true, minInterval: '1m', kpis: ['H8'],
  description: 'Messages on channels with a window for free messages, in the hour before each point: inside or outside of it, free text or template. Free text inside and '
    + 'templates outside are normal. '
    + 'Free text outside will be refused or charged: find out who or what sends it. (A failed campaign message that is known by its receipts only looks like free text.)',
  links: [toDashboard('msg-overview', 'Overview'), toPlainDashboard('msg-cost', 'Cost')],
  queries: [{ legend: '{{window}}, {{form}}', expr: `sum by (window, form) (${inChannel(`increase(${ofInbox('chat_window_sends_total')}[1h])`)})` }],
  colors: { 'inside, freeform': 'good', 'inside, template': 'neutral', 'outside, template': 'campaign', 'outside, freeform': 'failed' },
});

export const windowsClosing = (): Panel => timeSeries({
  title: 'Waiting, with less than an hour left to write freely', unit: UNITS.count, noValue: 'no channel with a window', kpis: ['H8'],
  description: 'Conversations whose customer waits for an answer that can be written freely for less than an hour more. 0 is normal. Answer these first: afterwards only a '
    + 'template reaches the customer, and it costs.',
  links: [toDashboard('msg-slow', 'Slow conversations'), runbook('WindowExpiring')],
  queries: [{ legend: '{{inbox}}', expr: `max by (inbox) (${of('chat_window_expiring_conversations')})` }],
  dataLinks: [toInbox('msg-slow', 'Conversations of this inbox', 'series')],
});

export const marketingSends = (): Panel => timeSeries({
  title: 'Marketing per day', unit: UNITS.count, noValue: 'no marketing sent', kpis: ['K2'],
  description: 'Marketing templates per local day, and those sent to customers whose latest word on marketing was no yes. Red should not be there. If all of it is red, consents '
    + 'are probably kept elsewhere: have them told as events.',
  links: [runbook('SendsWithoutConsent'), toPlainDashboard('msg-audience', 'Audience: consent')],
  queries: [{ sql: `select ${dayAsTime('consent_days.local_day')} as time, sum(consent_days.marketing_sends)::double precision as sends,
  sum(consent_days.without_consent)::double precision as "without consent"
from reporting.consent_days where ${onDays('consent_days.local_day')} and ${chosen('consent_days.inbox', 'inbox')} group by 1 order by 1`, bars: true }],
  colors: { sends: 'campaign', 'without consent': 'failed' },
});

export const optOuts = (): Panel => timeSeries({
  title: 'Said no to marketing, per day', unit: UNITS.count, noValue: 'nobody said no', kpis: ['K1', 'K2'],
  description: 'Customers whose latest word on marketing is a no, by the local day they said it: a stop in the chat, or a choice in the app or elsewhere; over all channels. A '
    + 'few after each campaign are normal; more than one in a hundred of those reached comes before a warning of the provider. Send less, and to those who asked for it.',
  links: [toPlainDashboard('msg-audience', 'Audience: consent'), toPlainDashboard('msg-cost', 'Cost')],
  queries: [{ sql: `select ${localDay('contacts.consent_at')} as time, count(*) as "said no"
from reporting.contacts where ${during('contacts.consent_at')} and contacts.consent = 'revoked' group by 1 order by 1`, bars: true, color: 'failed' }],
});
