import { consistencyOf } from '../core/similarity.ts';
import type { Rollup, RollupContext, Row, Sql } from './rollup.ts';

/** Answers compared per week and topic: more would cost the square of it and change the mean little. */
const MOST_ANSWERS = 500;
/** Answers below this similarity to the most typical one of their topic have little in common with it. */
const FAR = 0.15;
/** Below so many answers nothing is typical. */
const FEWEST_ANSWERS = 5;
/** Episodes per agent, week and reason. */
const SAMPLES = 3;

/**
 * How alike the answers of agents are, how agents write, and episodes to look at: per local week, from signatures and counts made when
 * the texts passed by. Weeks within the late window are computed anew, older ones stay; the first run takes all there are.
 */
export const ANSWERS: Rollup = {
  name: 'answers',
  schedule: '23 * * * *',
  intervalSeconds: 3_600,
  timeoutMs: 60_000,
  gauges: [],
  async run(context) {
    const { transaction, settings, now, signal } = context;
    const weeks = await transaction(async (sql) => {
      await sql(`insert into replywatch.rollup_state (rollup) values ('answers') on conflict do nothing`);
      return sql(WEEKS, [new Date(now), settings.tz, settings.lateWindowSeconds]);
    });
    for (const { week } of weeks) {
      if (signal.aborted) return {};
      await runWeek(context, String(week));
    }
    await transaction((sql) => sql(`update replywatch.rollup_state set watermark = $1, basis = $2 where rollup_state.rollup = 'answers'`, [new Date(now), settings.tz]));
    return {};
  },
};

async function runWeek({ transaction, settings }: RollupContext, week: string): Promise<void> {
  await transaction(async (sql) => {
    await sql('lock table replywatch.answer_consistency in share row exclusive mode'); // two at once would insert the same rows
    for (const table of ['answer_consistency', 'agent_style', 'review_sample']) await sql(`delete from replywatch.${table} where ${table}.local_week = $1`, [week]);
    await sql(STYLE, [week, settings.tz]);
    const answers = (await sql(FIRST_ANSWERS, [week, settings.tz])).map(answerOf);
    const judged = await saveConsistency(sql, week, answers);
    const negative = new Set((await sql(NEGATIVE, [week, settings.tz])).map(keyOf));
    await saveSamples(sql, week, judged, negative);
  });
}

interface Answer { readonly conversation: string; readonly number: number; readonly agent: string; readonly topic: string; readonly shingles: string | null; readonly similarity?: number }

/** Rows come in an order that nobody chose (a hash), so that a part of them is a fair sample, and the same one every time. */
async function saveConsistency(sql: Sql, week: string, answers: readonly Answer[]): Promise<readonly Answer[]> {
  const topics = Map.groupBy(answers.filter((answer) => answer.shingles !== null), (answer) => answer.topic);
  const similarities = new Map<Answer, number>();
  for (const [topic, all] of topics) {
    const compared = all.slice(0, MOST_ANSWERS);
    const { similarity, toTypical } = consistencyOf(compared.map((answer) => answer.shingles!)); // filtered above
    if (compared.length >= FEWEST_ANSWERS) compared.forEach((answer, index) => similarities.set(answer, toTypical[index]!));
    const far = compared.filter((answer) => (similarities.get(answer) ?? 1) < FAR).length;
    await sql('insert into replywatch.answer_consistency (local_week, topic, answers, similarity, far_answers) values ($1, $2, $3, $4, $5)', [week, topic, compared.length, similarity, far]);
  }
  return answers.map((answer) => { const similarity = similarities.get(answer); return similarity === undefined ? answer : { ...answer, similarity }; });
}

/** Every agent is looked at for the same number of reasons; an episode is picked once. */
async function saveSamples(sql: Sql, week: string, answers: readonly Answer[], negative: ReadonlySet<string>): Promise<void> {
  for (const own of Map.groupBy(answers, (answer) => answer.agent).values()) {
    const picked = new Map<Answer, string>();
    const pick = (reason: string, from: readonly Answer[]): void => {
      for (const answer of from.filter((each) => !picked.has(each)).slice(0, SAMPLES)) picked.set(answer, reason);
    };
    pick('negative', own.filter((answer) => negative.has(keyOf(answer))));
    pick('far_answer', own.filter((answer) => answer.similarity !== undefined && answer.similarity < FAR));
    pick('random', own);
    for (const [{ conversation, number, agent, topic, similarity }, reason] of picked) {
      await sql(`insert into replywatch.review_sample (local_week, conversation, number, agent, reason, topic, similarity) values ($1, $2, $3, $4, $5, $6, $7)`,
        [week, conversation, number, agent, reason, topic, similarity ?? null]);
    }
  }
}

const keyOf = (row: Row | Answer): string => `${String(row.conversation)} ${String(row.number)}`;

const answerOf = (row: Row): Answer => ({
  conversation: String(row.conversation), number: Number(row.number), agent: String(row.agent), topic: String(row.topic), shingles: row.shingles === null ? null : String(row.shingles),
});

/** Mondays, newest first: from the last run less the late window, or from the first event. Another zone has other weeks. */
const WEEKS = `
  with start as (
    select coalesce(
      (select state.watermark - make_interval(secs => $3) from replywatch.rollup_state as state where state.rollup = 'answers' and state.basis = $2),
      (select min(event.t) from replywatch.event)) as at
  )
  select week.monday::date::text as week
    from start cross join lateral generate_series(
      date_trunc('week', start.at at time zone $2), date_trunc('week', $1::timestamptz at time zone $2), interval '7 days') as week (monday)
   order by week.monday desc`;

/** Half-open range of the week $1 in zone $2. */
const IN_WEEK = (column: string): string => `${column} >= ($1::date)::timestamp at time zone $2 and ${column} < ($1::date + 7)::timestamp at time zone $2`;

const STYLE = `
  insert into replywatch.agent_style (local_week, source, agent, messages, characters, messages_with_emoji, emoji)
  select $1::date, event.source, coalesce(event.data ->> 'authorId', 'unknown'), count(*), sum((event.data ->> 'length')::int),
         count(*) filter (where (event.data ->> 'emoji')::int > 0), sum((event.data ->> 'emoji')::int)
    from replywatch.event
   where event.kind = 'message.outbound' and ${IN_WEEK('event.t')} and event.data ->> 'length' is not null
   group by event.source, coalesce(event.data ->> 'authorId', 'unknown')`;

/** Of each closed episode that an agent answered, the first answer that is long enough to compare; greetings are not. */
const FIRST_ANSWERS = `
  select facts.conversation, facts.number, coalesce(facts.frt_agent, facts.agent, 'unknown') as agent, coalesce(facts.topic, 'unknown') as topic, answer.shingles
    from replywatch.episode_facts as facts
    left join lateral (
      select event.data ->> 'shingles' as shingles from replywatch.event
       where event.conversation = facts.conversation and event.t >= facts.opened_at and event.t <= facts.closed_at
         and event.kind = 'message.outbound' and event.data ->> 'shingles' is not null
       order by event.t, event.id limit 1
    ) as answer on true
   where ${IN_WEEK('facts.closed_at')} and facts.agent_messages > 0
   order by md5(facts.conversation::text || facts.number)`;

const NEGATIVE = `
  select facts.conversation, facts.number from replywatch.episode_facts as facts
   where ${IN_WEEK('facts.closed_at')} and facts.agent_messages > 0 and exists (
     select from replywatch.event
      where event.conversation = facts.conversation and event.t >= facts.opened_at and event.t <= facts.closed_at
        and event.kind in ('message.inbound', 'sentiment.scored') and event.data ->> 'sentiment' = 'negative')`;
