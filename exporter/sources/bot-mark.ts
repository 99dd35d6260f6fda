/**
 * Marks that a bot's builder puts into flows, on platforms that call a webhook where they are told to and say nothing else of what it means:
 * `turn`, `handoff`, `topic:Delivery`, `step:Order:Address`, `done:Order`.
 */
import type { ParsedEvent } from '../core/event.ts';
import { eventsOfTurn } from './bot-turn.ts';
import type { Turn } from './bot-turn.ts';
import { labelOf } from './json.ts';
import { queryOf } from './request.ts';
import type { WebhookRequest } from './source.ts';

/** `turn` is a message and its answer, `fallback` the same where the answer says that the bot did not understand. */
const PLAIN = ['turn', 'message', 'answer', 'fallback', 'handoff', 'resolved', 'unsubscribed'] as const;

/** What a mark says. */
export type Mark =
  | { readonly what: (typeof PLAIN)[number] }
  | { readonly what: 'topic'; readonly topic: string }
  | { readonly what: 'step' | 'done'; readonly flow: string; readonly step?: string };

/** Undefined for words that are no mark. */
export function markOf(value: unknown): Mark | undefined {
  if (typeof value !== 'string') return undefined;
  const [word = '', ...names] = value.split(':').map((part) => part.trim());
  const what = PLAIN.find((each) => each === word);
  if (what !== undefined) return names.length === 0 ? { what } : undefined;
  const [name, step] = [labelOf(names[0]), labelOf(names.slice(1).join(':'))];
  if (name === undefined) return undefined;
  if (word === 'topic') return { what: 'topic', topic: name };
  return word === 'step' || word === 'done' ? { what: word, flow: name, ...(step !== undefined && { step }) } : undefined;
}

/** What a call is about: what the body says, else the address (`?event=handoff`), else a turn. */
export const eventIn = (request: WebhookRequest, said: unknown): unknown => (said === undefined || said === '' ? queryOf(request).get('event') ?? 'turn' : said);

/** What is known where the mark stands. `said` and the answer's text belong to the marks that speak of messages. */
export interface Marked extends Pick<Turn, 'id' | 'place' | 'said'> {
  readonly answer?: string | undefined;
  readonly people: 'here' | 'elsewhere';
}

/** The events of a mark; what is no message has the time of arrival, because the bot calls when it gets there. */
export function eventsOfMark(mark: Mark, { id, place, said, answer, people }: Marked): readonly ParsedEvent[] {
  const spoken = said && { said };
  const at = { ...place, t: place.receivedAt };
  switch (mark.what) {
    case 'turn': return eventsOfTurn({ id, place, ...spoken, answer: { text: answer } });
    case 'fallback': return eventsOfTurn({ id, place, ...spoken, answer: { text: answer, fallback: true } });
    case 'message': return eventsOfTurn({ id, place, ...spoken });
    case 'answer': return eventsOfTurn({ id, place, answer: { text: answer } });
    case 'handoff': return eventsOfTurn({ id, place, handoff: people });
    case 'resolved': return eventsOfTurn({ id, place, ended: true });
    case 'topic': return eventsOfTurn({ id, place, topic: mark.topic });
    case 'unsubscribed': return [{ ...at, id: `${id}:unsubscribed`, kind: 'consent.revoked', purpose: 'marketing' }];
    case 'step': return [{ ...at, id: `${id}:step`, kind: 'flow.step', flow: mark.flow, step: mark.step ?? mark.flow }];
    case 'done': return [{ ...at, id: `${id}:done`, kind: 'flow.completed', flow: mark.flow, ...(mark.step !== undefined && { step: mark.step }) }];
  }
}
