import { surveysOf } from '../../core/surveys.ts';
import { iso, type Deriver } from './deriver.ts';

/** Surveys with the rating that counts. The store writes the same rows as answers come; here they are made right whatever the order. */
export const SURVEYS: Deriver = {
  tables: [{ name: 'survey_facts', key: ['source', 'survey'] }],
  derive: ({ contact, events, messages }, { settingsFor }) => ({
    survey_facts: surveysOf(events, messages, settingsFor).map((survey) => ({
      row: {
        source: survey.source, survey: survey.survey, conversation: survey.conversation ?? null, contact, channel: survey.channel, inbox: survey.inbox, type: survey.type,
        sent_at: iso(survey.sentAt), answered_at: iso(survey.answeredAt), first_score: survey.firstScore ?? null, score: survey.score ?? null,
        message: survey.message ?? null, failed: survey.failed, credited_to: survey.creditedTo ?? null, agent: survey.agent ?? null,
      },
    })),
  }),
};
