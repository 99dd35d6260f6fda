/** The pilot's two figures, large enough for a telephone. */
import { stat } from '../kinds/stat.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { CSAT_7D, CSAT_GOAL, csat7d, firstResponses, objective, of, quantile, target } from '../promql.ts';
import { UNITS } from '../style.ts';
import { CSAT_MIN_RATINGS } from '../targets.ts';

const day = (q: number): string => `histogram_quantile(${q}, sum by (le) (increase(${of('chat_first_response_seconds_bucket')}[24h])))`;

export const answerTime = (): Panel => stat({
  title: 'How fast do we answer? 24 hours', of: 'period', unit: UNITS.seconds, noValue: 'no first response yet', kpis: ['A1', 'A10'],
  description: 'First responses by a person in the last 24 hours: half came faster than the first number, nine in ten faster than the second; then the share '
    + 'within the target. The first number below the target is good, the second near it very good. If they grow, more customers write than people can answer: '
    + 'see peak hours.',
  links: [toDashboard('msg-first-response', 'First response'), runbook('FirstResponseBudgetBurn')],
  queries: [
    { legend: 'half within', expr: day(0.5), decimals: 0, instant: true, color: 'inbound' }, { legend: 'nine in ten within', expr: day(0.9), decimals: 0, instant: true, color: 'agent' },
    { legend: 'in target', expr: firstResponses('met', '24h'), unit: UNITS.ratio, decimals: 0, instant: true, color: 'plain' },
  ],
});

export const answerTimes = (): Panel => timeSeries({
  title: 'First response', unit: UNITS.seconds, noValue: 'no first response yet', minInterval: '30m', kpis: ['A1'],
  description: 'Half and nine in ten of the first responses came faster than this; dashed is the target. Waves over the day are normal. A rising edge every '
    + 'evening is too few people at that hour; click a dot to see one conversation.',
  links: [toDashboard('msg-first-response', 'First response'), runbook('FirstResponseBudgetBurn')],
  queries: [
    { legend: 'half', expr: quantile(0.5, of('chat_first_response_seconds_bucket'), '$__rate_interval'), color: 'inbound' },
    { legend: 'nine in ten', expr: quantile(0.9, of('chat_first_response_seconds_bucket'), '$__rate_interval'), color: 'agent', exemplar: true },
    { legend: 'target', expr: target('first_response'), color: 'target', dashed: true },
  ],
});

export const satisfaction = (): Panel => stat({
  title: 'Are customers happy? 7 days', of: 'period', unit: UNITS.ratio, noValue: 'no ratings yet', kpis: ['D1'],
  description: `Ratings of 4 or 5 ÷ all ratings of the last seven days, how many there were, and the goal of the configuration. Below `
    + `${CSAT_MIN_RATINGS} ratings it is not coloured, because it says little. If it sinks, read the badly rated conversations.`,
  links: [toDashboard('msg-satisfaction', 'CSAT and sentiment'), toTraces('{ span.conversation.csat.score <= 3 }', 'Badly rated conversations')],
  queries: csat7d(CSAT_MIN_RATINGS),
});

export const satisfactionOverTime = (): Panel => timeSeries({
  title: 'CSAT, over the 7 days before', unit: UNITS.ratio, max: 1, noValue: 'no ratings yet', minInterval: '1h', kpis: ['D1'],
  description: 'Ratings of 4 or 5 ÷ all ratings, over the seven days before each point; dashed is the goal. It moves slowly, and a fall over days is real. '
    + 'Read the badly rated conversations of those days.',
  links: [toDashboard('msg-satisfaction', 'CSAT and sentiment'), toTraces('{ span.conversation.csat.score <= 3 }', 'Badly rated conversations')],
  queries: [{ legend: 'satisfied', expr: CSAT_7D, color: 'agent' }, { legend: 'goal', expr: CSAT_GOAL, color: 'target', dashed: true }],
});

/** In target over the last hour against what is promised. */
export const inTarget = (): Panel => timeSeries({
  title: 'Answered in time, per hour', unit: UNITS.ratio, max: 1, noValue: 'none due yet', minInterval: '30m', kpis: ['A10'],
  description: 'Episodes answered within the target ÷ episodes met or missed, over the hour before each point; dashed is what is promised. Above it is '
    + 'normal; hours below it are the ones to staff.',
  links: [toDashboard('msg-peak-hours', 'Peak hours and staffing'), runbook('FirstResponseBudgetBurn')],
  queries: [{ legend: 'in time', expr: firstResponses('met', '1h'), color: 'agent' }, { legend: 'promised', expr: objective('first_response'), color: 'target', dashed: true }],
});
