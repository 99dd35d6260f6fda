/** Surveys answered in the chat: whether a number somebody wrote answers what was asked, decided from the events alone. */
import type { CanonicalEvent, Payload, Rating, SurveyScale } from './event.ts';
import type { Settings } from './settings.ts';
import type { Carried, PendingSurvey } from './state.ts';

/** What the business writes within this time of the survey belongs to it: several messages, buttons, a greeting. */
const BELONGS_MS = 60_000;

/** A survey that is a message goes by that message's pseudonym. */
export const surveyOfMessage = (message: string): string => `message:${message}`;

/** Notes which survey a conversation was asked, and forgets it once something else was talked about. */
export function remember(state: Carried, at: CanonicalEvent, what: Payload): void {
  if (what.kind === 'survey.sent') {
    const type = what.type ?? 'csat';
    state.survey = { source: at.source, survey: what.survey, type, scale: what.scale ?? (type === 'nps' ? '0-10' : '1-5'), sentAt: at.t };
  } else if (what.kind === 'survey.answered') {
    if (state.survey?.survey === what.survey) delete state.survey;
  } else if (what.kind === 'message.outbound') {
    if (what.survey) state.survey = { source: at.source, survey: surveyOfMessage(what.message), ...what.survey, sentAt: at.t };
    // The talk went on: a number that comes now answers something else.
    else if ((what.author === 'agent' || what.author === 'bot') && state.survey && at.t > state.survey.sentAt + BELONGS_MS) delete state.survey;
  }
}

/** The score the pending survey gets from this message; undefined when it is no answer to it. CSAT is always 1 to 5, NPS 0 to 10. */
export function answerTo(survey: PendingSurvey | undefined, at: number, rating: Rating | undefined, { surveyWindowSeconds }: Settings): number | undefined {
  if (!survey || !rating || at > survey.sentAt + surveyWindowSeconds * 1000) return undefined;
  const raw = onScale(survey.scale, rating);
  if (raw === undefined || survey.type === 'nps') return raw;
  return survey.scale === '1-10' || survey.scale === '0-10' ? Math.max(1, Math.ceil(raw / 2)) : raw;
}

function onScale(scale: SurveyScale, { value, of }: Rating): number | undefined {
  if (scale === 'thumbs') return of === 1 ? (value === 1 ? 5 : 1) : undefined;
  const [low, high] = scale === '1-5' ? [1, 5] : scale === '1-10' ? [1, 10] : [0, 10];
  return (of === undefined || of === high) && Number.isInteger(value) && value >= low && value <= high ? value : undefined;
}
