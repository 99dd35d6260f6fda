/** What campaigns brought: answers, clicks, orders, and which variant did better. */
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { toDashboard, toPlainDashboard, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { during, inPlace, localDay, share } from '../sql.ts';
import { UNITS } from '../style.ts';
import { FAILED_LIMIT_RATIO } from '../targets.ts';

const links = [toPlainDashboard('msg-cost', 'Cost'), toDashboard('msg-overview', 'Overview')];

export const campaigns = (): Panel => sqlTable({
  title: 'Campaigns', unit: UNITS.count, noValue: 'no campaign was sent in this time', kpis: ['H3', 'H5', 'H6', 'J2', 'J3'], links,
  description: 'Campaigns with a message in the chosen time, newest first; each figure is of the whole campaign, over all channels. Delivered and failed ÷ with a receipt, read ÷ '
    + 'delivered; answered, clicked and ordered ÷ customers reached: '
    + 'within 72 h and 7 days of the campaign\'s message, and credited to the last campaign before. Young campaigns are not finished. Compare with the campaign before; '
    + 'many failures mean an old list.',
  sql: `select campaigns.campaign, campaigns.first_sent_at, campaigns.sent, ${share('campaigns.delivered', 'campaigns.attempted')} as delivered,
  ${share('campaigns.failed', 'campaigns.attempted')} as failed,
  ${share('campaigns.read', 'campaigns.delivered')} as read, campaigns.reached, campaigns.response_ratio, campaigns.click_ratio, campaigns.conversion_ratio,
  money.orders, money.revenue, money.cost, money.currency, money.cost_per_conversion, money.roi_ratio
from reporting.campaigns left join reporting.campaign_money as money on money.campaign = campaigns.campaign
where campaigns.last_sent_at >= $__timeFrom() and campaigns.first_sent_at < $__timeTo() order by campaigns.first_sent_at desc, money.currency limit 100`,
  columns: [
    { from: 'campaign', title: 'Campaign' },
    { from: 'first_sent_at', title: 'First sent', unit: UNITS.time, width: 150 },
    { from: 'sent', title: 'Sent', decimals: 0, width: 65 },
    { from: 'delivered', title: 'Delivered', unit: UNITS.ratio, decimals: 1, width: 85 },
    { from: 'failed', title: 'Failed', unit: UNITS.ratio, decimals: 1, width: 70, color: { base: 'good', steps: [[FAILED_LIMIT_RATIO, 'bad']] } },
    { from: 'read', title: 'Read', unit: UNITS.ratio, decimals: 0, width: 60 },
    { from: 'reached', title: 'Reached', decimals: 0, width: 75 },
    { from: 'response_ratio', title: 'Answered', unit: UNITS.ratio, decimals: 1, width: 85 },
    { from: 'click_ratio', title: 'Clicked', unit: UNITS.ratio, decimals: 1, width: 75 },
    { from: 'conversion_ratio', title: 'Ordered', unit: UNITS.ratio, decimals: 1, width: 75 },
    { from: 'orders', title: 'Orders', decimals: 0, width: 65 },
    { from: 'revenue', title: 'Revenue', decimals: 2, width: 85 },
    { from: 'cost', title: 'Cost', decimals: 2, width: 75 },
    { from: 'currency', title: 'Currency', width: 80 },
    { from: 'cost_per_conversion', title: 'Cost per order', decimals: 2, width: 105 },
    { from: 'roi_ratio', title: 'Return', unit: UNITS.ratio, decimals: 0, width: 80, color: { base: 'bad', steps: [[0, 'good']] } },
  ],
});

export const campaignResponse = (): Panel => timeSeries({
  title: 'What came of campaign messages, by day sent', unit: UNITS.ratio, max: 1, noValue: 'no campaign message reached anybody', links, kpis: ['H3', 'H5', 'H6'],
  description: 'Of the campaign messages that reached somebody on a day: after how many the customer answered within 72 h, clicked, or ordered within 7 days, before the next '
    + 'campaign message; bars, on the right, say how many reached somebody. '
    + 'The last days are not finished. A share that sinks from campaign to campaign means people have had enough.',
  queries: [
    { sql: `select ${localDay('touches.at')} as time, ${share('count(touches.responded_at)', 'count(*)')} as answered, ${share('count(touches.clicked_at)', 'count(*)')} as clicked,
  ${share('count(touches.converted_at)', 'count(*)')} as ordered
from reporting.touches where ${during('touches.at')} and ${inPlace('touches')} group by 1 order by 1` },
    { sql: `select ${localDay('touches.at')} as time, count(*) as reached
from reporting.touches where ${during('touches.at')} and ${inPlace('touches')} group by 1 order by 1`, bars: true, rightAxis: true, unit: UNITS.count, color: 'usual' },
  ],
  colors: { answered: 'inbound', clicked: 'campaign', ordered: 'good' },
});

export const experiments = (): Panel => sqlTable({
  title: 'A/B tests', unit: UNITS.count, noValue: 'no experiment was told', kpis: ['H7'],
  description: 'Two variants of an experiment compared, per rate: customers of each variant that a campaign reached, and how many did it. Lift is rate B ÷ rate A − 1; p is how '
    + 'likely such a difference is by chance alone (two-proportion z test, two-sided). '
    + 'Below 100 customers in a variant there is no verdict. Looking every day and stopping at the first "significant" finds differences that are none: set the size before.',
  links: [toPlainDashboard('msg-audience', 'Audience'), toPlainDashboard('msg-cost', 'Cost')],
  sql: `select ab_tests.experiment, ab_tests.rate, ab_tests.variant_a, ab_tests.contacts_a, ${share('ab_tests.successes_a', 'ab_tests.contacts_a')} as rate_a,
  ab_tests.variant_b, ab_tests.contacts_b,
  ${share('ab_tests.successes_b', 'ab_tests.contacts_b')} as rate_b, ab_tests.lift, ab_tests.p_value, coalesce(ab_tests.verdict, 'too few customers') as verdict
from reporting.ab_tests order by ab_tests.experiment, ab_tests.rate, ab_tests.variant_a, ab_tests.variant_b limit 200`,
  columns: [
    { from: 'experiment', title: 'Experiment' }, { from: 'rate', title: 'Rate', width: 90 },
    { from: 'variant_a', title: 'A' }, { from: 'contacts_a', title: 'Customers A', decimals: 0, width: 100 },
    { from: 'rate_a', title: 'Rate A', unit: UNITS.ratio, decimals: 1, width: 75 },
    { from: 'variant_b', title: 'B' }, { from: 'contacts_b', title: 'Customers B', decimals: 0, width: 100 },
    { from: 'rate_b', title: 'Rate B', unit: UNITS.ratio, decimals: 1, width: 75 },
    { from: 'lift', title: 'Lift', unit: UNITS.ratio, decimals: 1, width: 75 }, { from: 'p_value', title: 'p', decimals: 3, width: 65 },
    { from: 'verdict', title: 'Verdict', width: 130 },
  ],
});

const turns = `from reporting.turns where ${during('turns.ended_at')} and ${inPlace('turns')}`;

export const customerReplies = (): Panel => timeSeries({
  title: 'Do customers answer us?', unit: UNITS.ratio, max: 1, noValue: 'no turn of ours is decided yet', kpis: ['H4'],
  description: 'Turns of the business that the customer answered within 72 h ÷ turns, by the day the turn ended and by who wrote last; a turn is what we wrote in a row. A day '
    + 'appears when all of its turns are decided, after 72 h, '
    + 'because answers come before silence. Campaigns are answered little by nature; a fall for agents and bots means that what they say ends the talk.',
  links: [toPlainDashboard('msg-chatbot', 'Chatbot'), toTraces('{ span:name = "wait for customer" && span:duration > 1h }', 'Long waits for the customer')],
  queries: [{ sql: `select ${localDay('turns.ended_at')} as time, turns.author as metric, ${share('count(turns.answered_at)', 'count(*)')} as value
${turns} group by 1, 2 having max(turns.decided_at) <= now() order by 1, 2` }],
  colors: { agent: 'agent', bot: 'bot', campaign: 'campaign' },
});

export const replyRate = (): Panel => sqlTable({
  title: 'Customer reply rate', unit: UNITS.count, noValue: 'no turn of ours is decided yet', kpis: ['H4'],
  description: 'Turns of the business in the chosen time by who wrote last: answered by the customer within 72 h ÷ decided. Younger unanswered turns are left out until they are '
    + 'decided, so a range that ends now looks too good, for a young campaign twice as good: the graph beside it has whole days only. Read it per author; a campaign that nobody answers is a campaign '
    + 'nobody wanted.',
  links: [toPlainDashboard('msg-chatbot', 'Chatbot'), toPlainDashboard('msg-agents', 'Agents')],
  sql: `select case when grouping(turns.author) = 1 then 'all' else turns.author end as author, count(turns.answered_at) as answered,
  count(*) filter (where turns.decided_at <= now()) as decided,
  count(*) filter (where turns.decided_at > now()) as undecided, ${share('count(turns.answered_at)', 'count(*) filter (where turns.decided_at <= now())')} as rate
${turns} group by rollup (turns.author) having count(*) > 0 order by grouping(turns.author), turns.author`,
  columns: [
    { from: 'author', title: 'Written by' }, { from: 'answered', title: 'Answered', decimals: 0, width: 90 }, { from: 'decided', title: 'Decided', decimals: 0, width: 90 },
    { from: 'undecided', title: 'Too young', decimals: 0, width: 90 }, { from: 'rate', title: 'Reply rate', unit: UNITS.ratio, decimals: 1, width: 95 },
  ],
});
