import { INBOX } from './labels.ts';
import { one, projected } from './metric.ts';

const SCORES = ['1', '2', '3', '4', '5'] as const;

/** Satisfaction surveys. */
export const CSAT = [
  projected({
    type: 'counter', name: 'chat_csat_surveys_total', on: 'survey_sent',
    help: 'Satisfaction surveys sent.',
    labels: { inbox: INBOX },
    from: ({ inbox }) => one({ inbox }),
  }),
  projected({
    type: 'counter', name: 'chat_csat_responses_total', on: 'survey_answered',
    help: 'First answers to satisfaction surveys by score, 1 to 5; a changed answer does not count again.',
    labels: { inbox: INBOX, score: SCORES },
    // Answers on another scale (NPS) are no satisfaction score.
    from: ({ inbox, score }) => (SCORES.includes(String(score) as '1') ? one({ inbox, score: String(score) }) : undefined),
  }),
];
