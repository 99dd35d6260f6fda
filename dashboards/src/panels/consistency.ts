/** Whether customers get the same answer to the same request, whoever is on duty. Per local week and topic, over all channels; what it can tell is in docs/topics.md. */
import { barChart } from '../kinds/bar-chart.ts';
import { stat } from '../kinds/stat.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { FIRST_DAY, LAST_DAY, chosen, dayAsTime, percentile, share } from '../sql.ts';
import { UNITS } from '../style.ts';

const LINKS = [toDashboard('msg-satisfaction', 'CSAT and sentiment'), runbook('RollupStale')];
const NONE = 'no week with five comparable answers on one topic yet';

/** Weeks that begin or end within the chosen time. */
export const inWeeks = (column: string): string =>
  `${column} > ${FIRST_DAY} - 7 and ${column} <= ${LAST_DAY}`;
const WEEKS = `reporting.answer_consistency where ${inWeeks('answer_consistency.local_week')} and ${chosen('answer_consistency.topic', 'topic')}`;
/** What agents write without a topic has nothing in common to be alike in. */
const COMPARED = `${WEEKS} and answer_consistency.topic <> 'unknown' and answer_consistency.similarity is not null`;

export const alike = (): Panel => stat({
  title: 'How alike, newest week', of: 'period', unit: UNITS.ratio, noValue: NONE, kpis: ['G6'], links: LINKS,
  description: 'Mean similarity of first answers to the same topic in the newest week: of the median topic, the least and the most alike one, and how many topics. 100 % is word for word, 0 % nothing in common. '
    + '20 to 50 % is usual for people who write freely, more with templates. Low is a reason to read some answers, not a fault.',
  queries: [{ sql: `with newest as (select max(answer_consistency.local_week) as week from ${COMPARED})
select ${percentile(0.5, 'answer_consistency.similarity')} as median, min(answer_consistency.similarity) as least, max(answer_consistency.similarity) as most,
  count(*)::double precision as topics
from ${COMPARED} and answer_consistency.local_week = (select newest.week from newest) having count(*) > 0` }],
  columns: [...['median', 'least', 'most'].map((from) => ({ from, title: from, unit: UNITS.ratio, decimals: 0 })), { from: 'topics', title: 'topics', unit: UNITS.count, decimals: 0 }],
});

export const farAnswers = (): Panel => stat({
  title: 'Answers unlike the others', of: 'period', unit: UNITS.ratio, noValue: NONE, kpis: ['G6'], links: LINKS,
  description: 'First answers that have little in common with the most typical one of their topic ÷ answers compared, in the weeks of the chosen time, with both numbers; without the topic "unknown". A steady share is normal: many questions need their own words. '
    + 'When it rises, a template or a rule has changed for some only: look at the sample below.',
  queries: [{ sql: `select ${share('sum(answer_consistency.far_answers)', 'sum(answer_consistency.answers)')} as share,
  sum(answer_consistency.far_answers)::double precision as unlike, sum(answer_consistency.answers)::double precision as compared
from ${COMPARED} having sum(answer_consistency.answers) > 0` }],
  columns: [{ from: 'share', title: 'share', unit: UNITS.ratio, decimals: 0 }, { from: 'unlike', title: 'unlike', unit: UNITS.count, decimals: 0 },
    { from: 'compared', title: 'compared', unit: UNITS.count, decimals: 0 }],
});

export const alikeOverTime = (): Panel => timeSeries({
  title: 'How alike, by topic and week', unit: UNITS.ratio, max: 1, timeFrom: '84d', noValue: NONE, kpis: ['G6'], links: LINKS,
  description: 'Mean similarity of the first answers of agents per topic and local week, drawn at its Monday, for the eight topics with the most answers. '
    + 'Levels differ by topic; the course of one line is what counts. '
    + 'A fall means that agents have begun to answer differently: news that not all have heard. A steep rise is a template; make sure it is the right one.',
  queries: [{ sql: `with frequent as (select answer_consistency.topic from ${COMPARED} group by answer_consistency.topic order by sum(answer_consistency.answers) desc limit 8)
select ${dayAsTime('answer_consistency.local_week')} as time, answer_consistency.topic as metric, answer_consistency.similarity as value
from ${COMPARED} and answer_consistency.topic in (select frequent.topic from frequent) order by 1, 2` }],
});

export const farByTopic = (): Panel => barChart({
  title: 'Answers unlike the others, by topic', unit: UNITS.ratio, max: 1, horizontal: true, x: 'topic', noValue: NONE, kpis: ['C4', 'G6'], links: LINKS,
  description: 'The same share per topic, the twelve with the most answers. Topics with one right answer should be short bars: opening hours, prices, conditions. '
    + 'Long bars there are worth a text that all can use; long bars for complaints are as they should be.',
  sql: `select answer_consistency.topic, ${share('sum(answer_consistency.far_answers)', 'sum(answer_consistency.answers)')} as "unlike the others"
from ${COMPARED} group by answer_consistency.topic order by sum(answer_consistency.answers) desc limit 12`,
  colors: { 'unlike the others': 'waiting' },
});

export const consistencyByTopic = (): Panel => sqlTable({
  title: 'Topics in the newest week', unit: UNITS.count, noValue: 'no week with answers yet', kpis: ['C4', 'G6'], links: LINKS,
  description: 'Per topic: answers compared in the newest week, how alike they are, the change against the mean of the weeks before in the chosen time, and those unlike the others. Below five answers nothing is compared. Begin with topics that have many answers and have fallen.',
  sql: `with newest as (select max(answer_consistency.local_week) as week from ${WEEKS}), before as (
  select answer_consistency.topic, avg(answer_consistency.similarity) as similarity from ${WEEKS}
  and answer_consistency.local_week < (select newest.week from newest) group by answer_consistency.topic
)
select answer_consistency.topic, answer_consistency.answers::double precision as answers, answer_consistency.similarity,
  answer_consistency.similarity - before.similarity as change,
  case when answer_consistency.similarity is not null then answer_consistency.far_answers::double precision end as unlike,
  case when answer_consistency.similarity is not null then ${share('answer_consistency.far_answers', 'answer_consistency.answers')} end as share
from reporting.answer_consistency join newest on newest.week = answer_consistency.local_week left join before on before.topic = answer_consistency.topic
where ${chosen('answer_consistency.topic', 'topic')} order by answer_consistency.answers desc limit 60`,
  columns: [
    { from: 'topic', title: 'Topic' }, { from: 'answers', title: 'Answers', unit: UNITS.count, decimals: 0 },
    { from: 'similarity', title: 'How alike', unit: UNITS.ratio, decimals: 0, cell: 'bar' },
    { from: 'change', title: 'Change', unit: UNITS.ratio, decimals: 0 }, { from: 'unlike', title: 'Unlike the others', unit: UNITS.count, decimals: 0 },
    { from: 'share', title: 'Share', unit: UNITS.ratio, decimals: 0 },
  ],
});
