/** Invented conversations for trace tests: a short notation in, events, episodes and spans out, through the real machine. */
import { compareEvents } from '../../exporter/core/event.ts';
import type { CanonicalEvent, Payload, Pseudonym } from '../../exporter/core/event.ts';
import { episodeOf } from '../../exporter/core/episode.ts';
import type { EpisodeFact, Observation } from '../../exporter/core/fact.ts';
import { refold } from '../../exporter/core/history.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import type { Settings } from '../../exporter/core/settings.ts';
import type { AnsweredSurvey } from '../../exporter/core/trace-job.ts';
import { episodeTrace } from '../../exporter/traces/episode.ts';
import type { EpisodeInput, EpisodeTrace } from '../../exporter/traces/episode.ts';
import type { Span } from '../../exporter/traces/span.ts';

export const KEY = 'a key for tests';
export const CONVERSATION = '11111111-2222-4333-8444-555555555555';
/** Monday 2026-03-02, 10:00 UTC. */
export const TEN = Date.UTC(2026, 2, 2, 10);

/** Seconds after ten, and what happened. */
export type Line = readonly [seconds: number, what: Payload];

export const ask = (message: string): Payload => ({ kind: 'message.inbound', message, content: 'text' });
export const say = (author: 'agent' | 'bot' | 'automation' | 'campaign', message: string): Payload => ({ kind: 'message.outbound', message, content: 'text', author });
export const receipt = (message: string, status: 'sent' | 'delivered' | 'read' | 'failed', errorCode?: string): Payload =>
  ({ kind: 'message.status', message, status, ...(errorCode === undefined ? {} : { errorCode }) });
export const assign = (toId: string): Payload => ({ kind: 'conversation.assigned', toType: 'agent', toId });
export const handoff: Payload = { kind: 'conversation.handoff', by: 'bot' };
export const resolve = (by: 'agent' | 'bot' | 'contact' | 'system' = 'agent'): Payload => ({ kind: 'conversation.resolved', by });

export function eventsOf(lines: readonly Line[], conversation = CONVERSATION): readonly CanonicalEvent[] {
  return lines.map(([seconds, what], index) => ({
    ...what, id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` as Pseudonym, conversation: conversation as Pseudonym, source: 'whatsapp',
    channel: 'whatsapp' as const, inbox: 'shop', t: TEN + seconds * 1000, receivedAt: TEN + seconds * 1000 + 500,
  }));
}

export interface Told {
  readonly episode: EpisodeFact; readonly observations: readonly Observation[]; readonly events: readonly CanonicalEvent[]; readonly surveys: readonly AnsweredSurvey[];
}

/** The episodes of a history, closed ones and the open one, each with what its trace is made of. */
export function episodesOf(events: readonly CanonicalEvent[], settings: Settings = DEFAULT_SETTINGS): readonly Told[] {
  const conversation = events[0]?.conversation ?? CONVERSATION;
  const { state, facts, closed } = refold(conversation, undefined, events, settings);
  const episodes = state.open ? [...closed, episodeOf(conversation, state, state.open)] : closed;
  const sorted = [...events].sort(compareEvents);
  return episodes.map((episode, index) => {
    const earlier = new Set(sorted.flatMap((event) => ('message' in event && event.t < episode.openedAt ? [event.message] : [])));
    return {
      episode, surveys: surveysOf(sorted.filter(({ t }) => t >= episode.openedAt && t < (episodes[index + 1]?.openedAt ?? Infinity))),
      observations: latest(facts.filter((fact): fact is Observation => 'number' in fact && fact.number === episode.number)),
      events: sorted.filter((event) => (event.t >= episode.openedAt ? event.t <= (episode.closedAt ?? Infinity) || event.kind === 'message.status'
        : event.kind === 'conversation.assigned' || event.kind === 'conversation.unassigned') && !(event.kind === 'message.status' && earlier.has(event.message))),
    };
  });
}

/** What is told, or what the store read of it. */
type Tellable = Pick<EpisodeInput, 'episode' | 'observations' | 'events' | 'surveys'>;

export const traceOf = (told: Tellable, more: Partial<EpisodeInput> = {}): EpisodeTrace =>
  episodeTrace({ key: KEY, ...told, settings: DEFAULT_SETTINGS, ...more });
export const spansOf = (told: Tellable, more: Partial<EpisodeInput> = {}): readonly Span[] => traceOf(told, more).spans;

/** A trace as lines: indented name, start and end in seconds after ten. */
export function treeOf(spans: readonly Span[]): readonly string[] {
  const known = new Set(spans.map((span) => span.id));
  const below = (parent: string | undefined, depth: number): string[] => spans
    .filter((span) => (parent === undefined ? span.parent === undefined || !known.has(span.parent) : span.parent === parent))
    .flatMap((span) => [
      `${'  '.repeat(depth)}${span.name} ${(span.start - TEN) / 1000}-${(span.end - TEN) / 1000}${span.failed ? ' ERROR' : ''}`,
      ...below(span.id, depth + 1),
    ]);
  return below(undefined, 0);
}

/** As the store keeps them: one each, the last answer counts. */
function surveysOf(events: readonly CanonicalEvent[]): readonly AnsweredSurvey[] {
  const sentAt = new Map(events.flatMap((event) => (event.kind === 'survey.sent' ? [[event.survey, event.t] as const] : [])).reverse());
  const answers = events.flatMap((event) => (event.kind === 'survey.answered' ? [{ survey: event.survey, sentAt: sentAt.get(event.survey) ?? event.t, answeredAt: event.t, score: event.score }] : []));
  return [...new Map(answers.map((answer) => [answer.survey, answer])).values()];
}

// A kind written twice (the queue time after a hand-off) replaces the first, as the store's primary key does.
const latest = (facts: readonly Observation[]): readonly Observation[] =>
  [...new Map(facts.map((fact) => [`${fact.type} ${fact.type === 'response' ? fact.nth : fact.type === 'sla' ? fact.sla : ''}`, fact])).values()];
