import type { Board } from './board.ts';
import { dataAge } from './panels/freshness.ts';
import { recommend, responseRateOverTime, satisfactionByTeam, scores } from './panels/rating-details.ts';
import { csatOverTime, csatWithInterval, nps, responseRate, satisfactionByInbox, satisfactionByTopic } from './panels/ratings.ts';
import { firstContact, firstContactOverTime, fullResolution, oneTouch, reopened, topicsThatComeBack } from './panels/coming-back.ts';
import { lastWord, moodOverTime, negativeOverTime, negativeShare, negativeSolved, timeToHelp, unhappyNow } from './panels/unhappy.ts';
import { CHANNEL, EPISODES, INBOX, TEAM, TOPIC } from './variables.ts';

/** Are they happy, and do we know it or guess it? */
export const msgSatisfaction: Board = {
  uid: 'msg-satisfaction', title: 'CSAT and sentiment', runbook: 'CsatBelowGoal', refresh: '5m', from: 'now-28d', variables: [CHANNEL, INBOX, TEAM, TOPIC, EPISODES],
  description: 'Are they happy, and do we know it or guess it? What customers rated, how they sound, and whether those who are unhappy are helped. Team and topic choose among ratings; topics also among the rows of tables and the time until it was really solved.',
  screen: [
    { height: 4, panels: [csatWithInterval(), responseRate(), negativeShare(), negativeSolved(), nps(), dataAge()] },
    { height: 7, panels: [csatOverTime(), negativeOverTime(), moodOverTime()] },
    { height: 7, panels: [[10, satisfactionByInbox()], [14, satisfactionByTopic()]] },
  ],
  more: [
    { title: 'How do they rate, and who answers?', lines: [{ height: 8, panels: [scores(), recommend(), responseRateOverTime()] }, { height: 7, panels: [satisfactionByTeam()] }] },
    { title: 'Who is unhappy, and is anybody helping?', lines: [{ height: 8, panels: [[9, timeToHelp()], [5, lastWord()], [10, unhappyNow()]] }] },
    { title: 'Was it solved, or do they come back?', lines: [{ height: 4, panels: [firstContact(), reopened(), oneTouch(), fullResolution()] }, { height: 8, panels: [firstContactOverTime(), topicsThatComeBack()] }] },
  ],
};
