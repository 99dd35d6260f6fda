import { surveysOf } from '../../core/surveys.ts';
import { iso, type Deriver } from './deriver.ts';

/** Surveys with the rating that counts, whatever the order in which answers came. */
export const SURVEYS: Deriver = {
  tables: [{ name: 'survey_rating', key: ['contact', 'source', 'survey'] }],
  derive: ({ contact, events, messages }, { settingsFor }) => ({
    survey_rating: surveysOf(events, messages, settingsFor).map((survey) => ({
      row: {
        source: survey.source, survey: survey.survey, conversation: survey.conversation ?? null, contact, channel: survey.channel, inbox: survey.inbox, type: survey.type,
        sent_at: iso(survey.sentAt), answered_at: iso(survey.answeredAt), score: survey.score ?? null,
        message: survey.message ?? null, failed: survey.failed, credited_to: survey.creditedTo ?? null, agent: survey.agent ?? null,
      },
    })),
  }),
};
