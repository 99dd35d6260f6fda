/**
 * Searches for conversations in Tempo. Each asks for one span only, because the spans of an episode lie in different blocks until it is over. Attributes in
 * seconds are never compared with a number alone: a whole number finds no attribute with a fraction (https://github.com/grafana/tempo/issues/4332); durations
 * and sums do.
 */
import { traceSearch } from '../kinds/table.ts';
import { runbook, toDashboard, toTrace, toTraces, type Link } from '../links.ts';
import type { Panel } from '../panel.ts';
import { UNITS, type Column } from '../style.ts';

const LIMIT = 20;
const PLACE = 'span.conversation.channel =~ "$channel" && span.conversation.inbox =~ "$inbox"';
/** As Grafana names the columns of spans. */
const COMMON: readonly Column[] = [
  { from: 'time', title: 'Began', width: 150, links: [toTrace('${__data.fields.traceIdHidden}')] },
  { from: 'conversation.channel', title: 'Channel', width: 90 }, { from: 'conversation.inbox', title: 'Inbox' }, { from: 'duration', title: 'Lasted', width: 90 },
];

interface Search {
  readonly title: string;
  readonly description: string;
  /** Conditions beside those of channel and inbox. */
  readonly where: string;
  /** Attributes to show, without `span.`, and the titles of their columns. */
  readonly show: Readonly<Record<string, string>>;
  readonly noValue: string;
}

function search({ where, show, ...spec }: Search): Panel {
  const shown = ['conversation.channel', 'conversation.inbox', ...Object.keys(show)].map((name) => `span.${name}`).join(', ');
  const traceql = `{ ${where} && ${PLACE} } | select(${shown})`;
  return traceSearch({
    ...spec, unit: UNITS.seconds, limit: LIMIT, traceql: `${traceql} with (most_recent=true)`,
    description: `${spec.description} The newest ${LIMIT} in the chosen time, which is best one that ends now; click the first column to see the trace. Needs Tempo.`,
    links: [searchOn(where), toDashboard('msg-first-response', 'First response'), runbook('TraceExportSlow', 'Traces come late')],
    columns: [...COMMON, ...Object.entries(show).map(([from, title]) => ({ from, title }))],
  });
}

/** The same search without a place. The limit goes into the address unencoded, or Grafana would not know its variable. */
function searchOn(where: string): Link {
  const link = toTraces(`{ ${where.replaceAll(/\$\{?longer\}?/g, 'LIMIT')} }`, 'Search on in Explore');
  return { ...link, url: link.url.replaceAll('LIMIT', '${longer}') };
}

export const lateFirstResponses = (): Panel => search({
  title: 'Late first responses', noValue: 'none, or no Tempo',
  description: 'First responses that took longer than $longer s, of open conversations too. None is normal at a long limit; whom it waited for is in the trace.',
  where: 'span:name = "first response" && span:duration > ${longer}s', show: { 'conversation.sla.breached': 'Late' },
});

export const longQueues = (): Panel => search({
  title: 'Long in the queue', noValue: 'none, or no Tempo',
  description: 'Stretches of more than $longer s in which a conversation waited for somebody to take it. None is normal in opening hours. Many at the same time: too few people; '
    + 'one alone: it was overlooked.',
  where: 'span.conversation.phase = "queue" && span:duration > ${longer}s', show: { 'conversation.turn.index': 'Turn' },
});

export const queuedMoreThanHelped = (): Panel => search({
  title: 'Waited more than they were helped', noValue: 'none, or no Tempo',
  description: 'Finished conversations that were longer in the queue, by half, than with an agent, and more than $longer s with both. A few are normal after a rush; every day '
    + 'they say that work waits for hands, not for answers.',
  where: 'span:name = "conversation" && (span.conversation.time.queue_s + span.conversation.time.agent_s) > $longer && span.conversation.time.queue_s > 1.5 * span.conversation.time.agent_s',
  show: { 'conversation.time.queue_s': 'Queue, s', 'conversation.time.agent_s': 'Agent, s', 'conversation.outcome': 'Outcome' },
});

export const longOnOurSide = (): Panel => search({
  title: 'Over half an hour on our side', noValue: 'none, or no Tempo',
  description: 'Finished conversations whose customer waited more than half an hour in all, in the queue and for agents. A few are normal; look whether it was one long wait or '
    + 'many short ones.',
  where: 'span:name = "conversation" && (span.conversation.time.queue_s + span.conversation.time.agent_s) > 1800',
  show: { 'conversation.time.queue_s': 'Queue, s', 'conversation.time.agent_s': 'Agent, s', 'conversation.message.count': 'Messages', 'conversation.outcome': 'Outcome' },
});

export const unhappy = (): Panel => search({
  title: 'Rated 1 or 2', noValue: 'none, or no Tempo',
  description: 'Surveys answered with 1 or 2. Some are normal, whatever you do. Read the trace from its end: what came last before the rating?',
  where: 'span:name = "csat survey" && span.conversation.csat.score <= 2', show: { 'conversation.csat.score': 'Score', 'conversation.handled_by': 'Handled by' },
});

export const failedDeliveries = (): Panel => search({
  title: 'Failed deliveries', noValue: 'none, or no Tempo',
  description: 'Messages of ours that the provider reported as failed, with its code. A few are normal. Was it the answer somebody waited for? Then the customer waits still.',
  where: 'span:name = "deliver message" && span:status = error', show: { 'error.type': 'Code', 'conversation.author': 'Written by' },
});

export const reopened = (): Panel => search({
  title: 'Came back', noValue: 'none, or no Tempo',
  description: 'Episodes that took up a conversation which had been closed. Thanks and new questions are normal; the same question again means it was not solved.',
  where: 'span:name = "conversation" && span.conversation.reopen.count > 0',
  show: { 'conversation.reopen.count': 'Times', 'conversation.outcome': 'Outcome', 'conversation.handled_by': 'Handled by' },
});

export const keptByRule = (): Panel => search({
  title: 'Kept because something was wrong', noValue: 'none, or no Tempo',
  description: 'Traces that a rule kept, and which: late, unhappy, abandoned, failed, reopened. Where only a share of traces is kept these are always there. Sort by the reason '
    + 'to see what goes wrong most.',
  where: 'span:name = "conversation" && span.conversation.keep_reason != "ratio"', show: { 'conversation.keep_reason': 'Kept for', 'conversation.outcome': 'Outcome' },
});
