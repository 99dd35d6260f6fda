import type { Board } from './board.ts';
import { note } from './kinds/note.ts';
import { alike, alikeOverTime, consistencyByTopic, farAnswers, farByTopic } from './panels/consistency.ts';
import { dataAge } from './panels/freshness.ts';
import { reviewSample, sampleSize, styleByAgent, styleNow, styleOverTime } from './panels/review.ts';
import { AGENT, CHANNEL, EPISODES, INBOX, TOPIC } from './variables.ts';

const LIMITS = `- It **can tell** that agents write the same sentences to the same request, that a template is used, and that somebody answers otherwise than all others.
- It **cannot tell** whether an answer is right, polite or complete. Two good answers in different words, or in two languages, are not alike; a wrong template makes all alike.
- Texts are not kept: each first answer of at least 20 characters leaves a signature of 48 bytes that leads back to nothing. The error of one pair is about six points.
- In some countries the works council has a say before anybody looks at figures per person.`;

/** Do customers get the same answer, whoever is on duty? */
export const msgConsistency: Board = {
  uid: 'msg-consistency', title: 'Answer consistency', runbook: 'RollupStale', refresh: '', from: 'now-56d', variables: [CHANNEL, INBOX, AGENT, TOPIC, EPISODES],
  description: 'Do customers get the same answer, whoever is on duty? By week and topic, and the conversations that are worth a look. Channel, inbox and agent choose among those; similarity is over all of them.',
  screen: [
    { height: 4, panels: [alike(), farAnswers(), sampleSize(), styleNow(), dataAge()].map((panel, i) => [i === 4 ? 4 : 5, panel] as const) },
    { height: 7, panels: [[14, alikeOverTime()], [10, farByTopic()]] },
    { height: 7, panels: [[14, consistencyByTopic()], [10, note('What this can tell', LIMITS)]] },
  ],
  more: [
    { title: 'Which conversations should we look at?', lines: [{ height: 10, panels: [reviewSample()] }] },
    { title: 'How do agents write?', lines: [{ height: 8, panels: [styleOverTime(), styleByAgent()] }] },
  ],
};
