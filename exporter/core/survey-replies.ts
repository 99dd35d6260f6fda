/** Numbers written in the chat that answer a survey. */
import type { CanonicalEvent } from './event.ts';
import type { SettingsFor } from './settings.ts';
import type { Carried } from './state.ts';
import { answerTo, remember } from './survey.ts';

/** A number that answered a survey; `score` is 1 to 5 (CSAT) or 0 to 10 (NPS). */
export interface SurveyReplyInChat { readonly survey: string; readonly type: 'csat' | 'nps'; readonly score: number }

/** Messages of the customer that answer the survey asked last, by message: a number and nothing else, while the survey is pending. */
export function surveyReplies(events: readonly CanonicalEvent[], settingsFor: SettingsFor): ReadonlyMap<string, SurveyReplyInChat> {
  const pending = new Map<string, Carried>();
  const replies = new Map<string, SurveyReplyInChat>();
  for (const event of events) {
    if (event.conversation === undefined) continue;
    let state = pending.get(event.conversation);
    if (!state) pending.set(event.conversation, (state = {} as Carried)); // only its survey is used
    if (event.kind !== 'message.inbound') { remember(state, event, event); continue; }
    if (event.surveyAnswer === true || event.optOut === true) continue;
    const score = answerTo(state.survey, event.t, event.rating, settingsFor(event.source, event.inbox));
    if (!state.survey || score === undefined) continue;
    replies.set(event.message, { survey: state.survey.survey, type: state.survey.type, score });
    delete state.survey;
  }
  return replies;
}
