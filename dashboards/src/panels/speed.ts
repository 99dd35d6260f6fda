/** How long customers wait, as distributions. */
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard, toTraces } from '../links.ts';
import type { Panel } from '../panel.ts';
import { of, quantile, target } from '../promql.ts';
import { UNITS } from '../style.ts';

// A quantile of three answers is noise: the window of a rate is at least as long as the step.
const STEP = '10m';

export const firstResponse = (): Panel => timeSeries({
  title: 'First response', unit: UNITS.seconds, kpis: ['A1'], noValue: 'no first response yet', minInterval: STEP,
  description: 'Half (p50) and nine tenths (p90) of the first responses by a person came faster than this; dashed is the target. The dots are single '
    + 'conversations and lead to their trace. p90 near the target is normal; when p50 passes it too, there are not enough people.',
  links: [toDashboard('msg-first-response', 'First response'), runbook('FirstResponseBudgetBurn')],
  queries: [
    { legend: 'p50', expr: quantile(0.5, of('chat_first_response_seconds_bucket'), '$__rate_interval'), color: 'inbound' },
    { legend: 'p90', expr: quantile(0.9, of('chat_first_response_seconds_bucket'), '$__rate_interval'), color: 'agent', exemplar: true },
    { legend: 'target', expr: target('first_response'), color: 'target', dashed: true },
  ],
});

export const response = (): Panel => timeSeries({
  title: 'Every response', unit: UNITS.seconds, kpis: ['A6'], noValue: 'no response yet', minInterval: STEP,
  description: 'The same for all answers by people to waiting customers, first ones included. It is normally slower than the first response by little; far '
    + 'slower means that conversations are opened and then left: look at the agents\' open conversations.',
  links: [toDashboard('msg-agents', 'Agents'), runbook('CustomersWaiting')],
  queries: [
    { legend: 'p50', expr: quantile(0.5, of('chat_response_seconds_bucket'), '$__rate_interval'), color: 'inbound' },
    { legend: 'p90', expr: quantile(0.9, of('chat_response_seconds_bucket'), '$__rate_interval'), color: 'agent' },
  ],
});

export const resolution = (): Panel => timeSeries({
  title: 'Resolution', unit: UNITS.seconds, kpis: ['B1'], noValue: 'nothing resolved yet', minInterval: STEP,
  description: 'From the customer\'s first message to the end of resolved episodes, by who resolved them; dashed is the target. Bots are normally far faster '
    + 'than people. If people become slower while first responses stay fast, the questions have become harder: look at topics and transfers.',
  links: [toDashboard('msg-slow', 'Slow conversations'), toTraces('{ name = "conversation" && duration > 1h }', 'Conversations over an hour')],
  queries: [
    { legend: 'p50 {{by}}', expr: quantile(0.5, of('chat_resolution_seconds_bucket'), '$__rate_interval', ['by']) },
    { legend: 'p90 {{by}}', expr: quantile(0.9, of('chat_resolution_seconds_bucket'), '$__rate_interval', ['by']), exemplar: true },
    { legend: 'target', expr: target('resolution'), color: 'target', dashed: true },
  ],
  colors: { 'p90 agent': 'agent', 'p90 bot': 'bot' },
});
