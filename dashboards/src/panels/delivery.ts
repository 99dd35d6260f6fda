/** Whether our messages arrive. */
import { timeSeries } from '../kinds/time-series.ts';
import { toDashboard, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { of, ratio, total } from '../promql.ts';
import { UNITS } from '../style.ts';

const FAILED = toTraces('{ name = "deliver message" && status = error }', 'Failed deliveries');

export const receipts = (): Panel => {
  const share = (status: string): string =>
    ratio(total(of('chat_message_status_total', { status }), '1h'), total(of('chat_message_attempts_total'), '1h'));
  return timeSeries({
    title: 'Delivered, read, failed', unit: UNITS.ratio, max: 1, kpis: ['H1', 'H2'], noValue: 'no receipts yet', minInterval: '1m',
    description: 'Outbound messages that reached each rung ÷ those with any receipt, over the hour before each point. Delivered near 100 % and failed near 0 '
      + 'is normal; read is a lower bound, because people can switch receipts off. If failed rises, the codes beside this say why.',
    links: [toDashboard('msg-delivery', 'Delivery and campaigns'), FAILED],
    queries: [
      { legend: 'delivered', expr: share('delivered'), color: 'delivered' },
      { legend: 'read', expr: share('read'), color: 'read' },
      { legend: 'failed', expr: share('failed'), color: 'failed' },
    ],
  });
};

export const failures = (): Panel => timeSeries({
  title: 'Failed messages by code, per hour', unit: UNITS.count, kpis: ['H1'], noValue: 'nothing failed', stacked: true, minInterval: '1m',
  description: 'Messages that failed in the hour before each point, by the provider\'s error code. A few are normal. One code that jumps is one cause: look it '
    + 'up in the provider\'s list; many at once usually mean an outage at the provider.',
  links: [toDashboard('msg-delivery', 'Delivery and campaigns'), FAILED],
  queries: [{ legend: '{{code}}', expr: `${total(of('chat_message_failures_total'), '1h', ['code'])} > 0` }],
});
