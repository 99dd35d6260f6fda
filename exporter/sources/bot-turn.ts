/** What platforms of bots tell with one call: what the customer said, what it was taken for, what the bot answers. */
import { CHANNELS } from '../core/event.ts';
import type { Channel, Content, Envelope, ParsedEvent, Sentiment } from '../core/event.ts';
import { queryOf } from './request.ts';
import type { WebhookRequest } from './source.ts';

/** Where a turn belongs. */
export type TurnPlace = Omit<Envelope, 'id' | 't'> & { readonly conversation: string; readonly contact?: string; readonly phone?: string };

/** One turn; of what is absent the platform said nothing. */
export interface Turn {
  /** Equal whenever the same turn is told again, however often the bot asks its webhook during it. */
  readonly id: string;
  /** Tells apart the calls of one turn; absent where there is only one. */
  readonly call?: string;
  readonly place: TurnPlace;
  /** `t` is the channel's time, epoch ms; without it the time of arrival stands for it: the bot asks at once. */
  readonly said?: { readonly t?: number | undefined; readonly content: Content; readonly text?: string | undefined; readonly score?: number | undefined };
  readonly answer?: { readonly text?: string | undefined; readonly fallback?: boolean; readonly expectsReply?: boolean };
  readonly topic?: string | undefined;
  /** Where the people are whom the customer is handed to: their replies come in here, or are known to another tool only. */
  readonly handoff?: 'here' | 'elsewhere' | false;
  /** The bot takes the matter for settled. */
  readonly ended?: boolean;
}

/** A call that comes later after the message than this was kept waiting by somebody, and its arrival tells nothing of the bot. */
const PROMPT_MS = 60_000;

/**
 * The events of a turn. A hand-off goes before the bot's last words, which answer nobody then. To people elsewhere it ends what can be seen from
 * here: otherwise everybody who was handed over would seem to wait until the silence is long enough.
 */
export function eventsOfTurn({ id, call, place, said, answer, topic, handoff, ended }: Turn): readonly ParsedEvent[] {
  const now = place.receivedAt;
  const saidAt = said?.t ?? now;
  const t = Math.abs(now - saidAt) <= PROMPT_MS ? Math.max(now, saidAt) : saidAt;
  const key = call === undefined ? id : `${id}:${call}`;
  const events: ParsedEvent[] = [];
  if (said) {
    events.push({
      ...place, id: `${id}:said`, t: saidAt, kind: 'message.inbound', message: `${id}:said`, content: said.content,
      ...(said.text !== undefined && { text: said.text }), ...sentimentOf(said.score),
    });
  }
  if (topic !== undefined) events.push({ ...place, id: `${key}:topic`, t, kind: 'conversation.classified', topic });
  if (handoff) events.push({ ...place, id: `${key}:handoff`, t, kind: 'conversation.handoff', by: 'bot' });
  if (answer) {
    events.push({
      ...place, id: `${id}:answer`, t, kind: 'message.outbound', message: `${id}:answer`, content: 'text', author: 'bot', ...(answer.text !== undefined && { text: answer.text }),
      ...(answer.fallback && { fallback: true }), ...(answer.expectsReply && { expectsReply: true }),
    });
  }
  if (handoff ? handoff === 'elsewhere' : ended) {
    events.push({ ...place, id: `${key}:ended`, t, kind: 'conversation.resolved', by: handoff ? 'automation' : 'bot', reason: 'done' });
  }
  return events;
}

/** What Google calls clearly one or the other. */
const CLEAR = 0.25;

function sentimentOf(score: number | undefined): { readonly sentiment?: Sentiment; readonly sentimentScore?: number } {
  if (score === undefined || !(Math.abs(score) <= 1)) return {};
  return { sentiment: score <= -CLEAR ? 'negative' : score >= CLEAR ? 'positive' : 'neutral', sentimentScore: score };
}

/** Names that the bot's builder gave to things, as the webhook's address lists them: `?handoff=to_agent,call_me`. */
export function namesIn(request: WebhookRequest, parameter: string): ReadonlySet<unknown> {
  return new Set((queryOf(request).get(parameter) ?? '').split(',').map((name) => name.trim()).filter((name) => name !== ''));
}

/** Whether the address says that people's replies come in here (`?people=here`). */
export const peopleOf = (request: WebhookRequest): 'here' | 'elsewhere' => (queryOf(request).get('people') === 'here' ? 'here' : 'elsewhere');

/** Whether a text has one of the phrases that the address lists, each under a parameter of its own: for bots that do not say what they mean. */
export const saysOneOf = (request: WebhookRequest, parameter: string, text: string | undefined): boolean =>
  text !== undefined && queryOf(request).getAll(parameter).some((phrase) => phrase !== '' && text.includes(phrase));

/** The channel that the address names (`?channel=webchat`), for platforms that do not tell. */
export const channelIn = (request: WebhookRequest): Channel | undefined => CHANNELS.find((each) => each === queryOf(request).get('channel'));
