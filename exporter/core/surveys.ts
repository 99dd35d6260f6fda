/** Surveys of a customer: when each was sent, whether it arrived, and the rating that counts (D1 to D3). */
import type { CanonicalEvent } from './event.ts';
import { failedMessages, type Message } from './messages.ts';
import type { SettingsFor } from './settings.ts';
import { surveyOfMessage } from './survey.ts';
import { surveyReplies } from './survey-replies.ts';

/** Times are epoch milliseconds UTC. */
export interface Survey {
  readonly source: string;
  readonly survey: string;
  channel: CanonicalEvent['channel'];
  inbox: string;
  conversation?: string;
  type: 'csat' | 'nps';
  sentAt?: number;
  /** The text could not be sent: the survey is no part of the response rate. */
  failed: boolean;
  /** The answer that counts: the last one within the window. */
  answeredAt?: number;
  score?: number;
  /** The message of that answer. */
  message?: string;
  /** Whom the rating is credited to: the author of the last agent message before the survey, else the bot. */
  creditedTo?: 'agent' | 'bot';
  agent?: string;
}

interface Answer { readonly at: number; readonly score: number; readonly message?: string }

/** A survey while its events are read. */
interface Open { readonly survey: Survey; readonly answers: Answer[]; sentAs?: string }

/** @param events in order, with the messages among them */
export function surveysOf(events: readonly CanonicalEvent[], messages: readonly Message[], settingsFor: SettingsFor): readonly Survey[] {
  const known = new Map<string, Open>();
  const replies = surveyReplies(events, settingsFor);
  const failed = failedMessages(events);
  for (const event of events) {
    if (event.kind === 'survey.sent') send(known, event, event.survey, event.type ?? 'csat', event.message);
    else if (event.kind === 'message.outbound' && event.survey) send(known, event, surveyOfMessage(event.message), event.survey.type, event.message);
    else if (event.kind === 'survey.answered') answer(known, event, event.survey, event.type ?? 'csat', Math.round(event.score), event.message);
    else if (event.kind === 'message.inbound') {
      const reply = replies.get(event.message);
      if (reply) answer(known, event, reply.survey, reply.type, reply.score, event.message);
    }
  }
  return [...known.values()].map(({ survey, answers, sentAs }) => {
    survey.failed = sentAs !== undefined && failed.has(sentAs);
    rate(survey, answers, settingsFor(survey.source, survey.inbox).surveyWindowSeconds * 1000);
    credit(survey, messages);
    return survey;
  });
}

function opened(known: Map<string, Open>, { source, channel, inbox }: CanonicalEvent, survey: string, type: 'csat' | 'nps'): Open {
  const key = `${source} ${survey}`;
  const open = known.get(key) ?? { survey: { source, survey, channel, inbox, type, failed: false }, answers: [] };
  known.set(key, open);
  return open;
}

function send(known: Map<string, Open>, event: CanonicalEvent, name: string, type: 'csat' | 'nps', message: string | undefined): void {
  const open = opened(known, event, name, type);
  if (open.survey.sentAt !== undefined) return;
  Object.assign(open.survey, { sentAt: event.t, channel: event.channel, inbox: event.inbox, type });
  if (event.conversation !== undefined) open.survey.conversation = event.conversation;
  if (message !== undefined) open.sentAs = message;
}

function answer(known: Map<string, Open>, event: CanonicalEvent, name: string, type: 'csat' | 'nps', score: number, message: string | undefined): void {
  const { survey, answers } = opened(known, event, name, type);
  if (survey.conversation === undefined && event.conversation !== undefined) survey.conversation = event.conversation;
  answers.push({ at: event.t, score, ...(message === undefined ? {} : { message }) });
}

/** An answer to a survey whose sending nobody told counts as it is. */
function rate(survey: Survey, answers: readonly Answer[], windowMs: number): void {
  const valid = answers.filter(({ at }) => survey.sentAt === undefined || at <= survey.sentAt + windowMs);
  const last = valid.at(-1);
  if (!last) return;
  survey.answeredAt = last.at;
  survey.score = last.score;
  if (last.message !== undefined) survey.message = last.message;
}

function credit(survey: Survey, messages: readonly Message[]): void {
  const before = survey.sentAt ?? survey.answeredAt ?? Infinity;
  const own = messages.filter((message) => message.conversation === survey.conversation && message.at <= before && message.status !== 'failed');
  const agent = own.findLast(({ author }) => author === 'agent');
  if (agent) {
    survey.creditedTo = 'agent';
    if (agent.outbound?.authorId !== undefined) survey.agent = agent.outbound.authorId;
  } else if (own.some(({ author }) => author === 'bot')) survey.creditedTo = 'bot';
}
