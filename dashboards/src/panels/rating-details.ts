/** Ratings in detail: how they spread, who gave them, and who was asked. */
import { barChart } from '../kinds/bar-chart.ts';
import { sqlTable } from '../kinds/table.ts';
import { timeSeries } from '../kinds/time-series.ts';
import { runbook, toDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { inSteps, share } from '../sql.ts';
import { UNITS } from '../style.ts';
import { CSAT_MIN_RATINGS } from '../targets.ts';
import { BAD_ONES, CSAT, SENT, count, enough, rated } from './ratings.ts';

export const scores = (): Panel => barChart({
  title: 'Ratings from 1 to 5', unit: UNITS.count, noValue: 'no ratings yet', x: 'rating', kpis: ['D1'], links: BAD_ONES,
  description: 'How often each rating was given, for conversations that a person wrote in last, and for those of the bot alone. '
    + 'Most ratings are 5 and, far behind, 1: people answer when they are delighted or angry. '
    + 'Many 1s are worth reading one by one; many 3s mean solved, but with effort.',
  sql: `select score.n::text as rating, (count(surveys.score) filter (where surveys.credited_to = 'agent'))::double precision as people,
  (count(surveys.score) filter (where surveys.credited_to = 'bot'))::double precision as bot
from generate_series(1, 5) as score (n) left join reporting.surveys on surveys.score = score.n and ${rated('csat')}
where exists (select from reporting.surveys where ${rated('csat')}) group by score.n order by score.n`,
  colors: { people: 'agent', bot: 'bot' },
});

export const recommend = (): Panel => barChart({
  title: 'Would they recommend us?', unit: UNITS.count, noValue: 'nobody was asked', x: 'rating', kpis: ['D3'], links: BAD_ONES,
  description: 'How often each answer from 0 to 10 was given: 0 to 6 warn, 7 and 8 are silent, 9 and 10 recommend. '
    + 'A hump at 8 to 10 and a small one at 0 is the usual shape. A hill in the middle means that people do not care: look at what is slow.',
  sql: `select score.n::text as rating, case when score.n <= 6 then count(surveys.score)::double precision end as warn, case when score.n in (7,
  8) then count(surveys.score)::double precision end as silent,
  case when score.n >= 9 then count(surveys.score)::double precision end as recommend
from generate_series(0, 10) as score (n) left join reporting.surveys on surveys.score = score.n and ${rated('nps')}
where exists (select from reporting.surveys where ${rated('nps')}) group by score.n order by score.n`,
  stacked: true, colors: { warn: 'negative', silent: 'neutral', recommend: 'positive' },
});

export const responseRateOverTime = (): Panel => timeSeries({
  title: 'Surveys sent and rated', unit: UNITS.count, noValue: 'no survey was sent', kpis: ['D2'], links: BAD_ONES,
  description: 'Surveys of satisfaction sent, per day (per hour in up to three days), and how many of them were rated; right axis: the share. '
    + 'The share is steady, whatever the number. When surveys stop, look at the rule that sends them; when only the share falls, at what the survey looks like now.',
  queries: [
    { sql: `select ${inSteps('surveys.sent_at')} as time, (count(*) filter (where not surveys.failed))::double precision as sent,
  (count(surveys.score) filter (where not surveys.failed))::double precision as rated
from reporting.surveys where ${SENT} group by 1 order by 1`, bars: true },
    { sql: `select ${inSteps('surveys.sent_at')} as time, ${share('count(surveys.score) filter (where not surveys.failed)', 'count(*) filter (where not surveys.failed)')} as "rated ÷ sent"
from reporting.surveys where ${SENT} group by 1 order by 1`, unit: UNITS.ratio, rightAxis: true, color: 'agent' },
  ],
  colors: { sent: 'usual', rated: 'inbound' },
});

export const satisfactionByTeam = (): Panel => sqlTable({
  title: 'By team', unit: UNITS.count, noValue: 'no ratings yet', kpis: ['D1'], links: [toDashboard('msg-agents', 'Agents'), runbook('CsatBelowGoal')],
  description: `Ratings by the team that had the conversation last, or by the bot where nobody had it; CSAT from ${CSAT_MIN_RATINGS} ratings on, and 1s and 2s. `
    + `Teams with harder topics are rated lower. Compare a team with its own past, and look at its topics first.`,
  sql: `select coalesce(surveys.team, case when surveys.credited_to = 'bot' then 'bot alone' else 'none' end) as team,
  ${enough('count(*) filter (where surveys.score >= 4)', 'count(*)')} as csat,
  count(*)::double precision as ratings, avg(surveys.score)::double precision as mean, (count(*) filter (where surveys.score <= 2))::double precision as bad
from reporting.surveys where ${rated('csat')} group by 1 order by count(*) desc limit 60`,
  columns: [{ from: 'team', title: 'Team' }, CSAT, count('ratings', 'Ratings'), { from: 'mean', title: 'Mean rating', unit: UNITS.count, decimals: 2 }, count('bad', '1s and 2s')],
});
