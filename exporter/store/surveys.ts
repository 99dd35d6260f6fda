import type { CanonicalEvent } from '../core/event.ts';
import type { CommitFact, SurveyReply } from '../core/fact.ts';
import { surveyOfMessage } from '../core/survey.ts';
import type { Between } from './two-steps.ts';

/** Surveys: one row each, the last answer counts, the first one is the one the counter sees. */
export async function saveSurveys(client: Between, fresh: readonly CanonicalEvent[], facts: CommitFact[]): Promise<void> {
  const asked = fresh.filter((event) => event.kind === 'survey.sent' || event.kind === 'survey.answered' || (event.kind === 'message.outbound' && event.survey !== undefined));
  for (const event of asked.sort((a, b) => a.t - b.t)) {
    if (event.kind === 'message.outbound' && event.survey) {
      await saveEvent(client, { ...event, kind: 'survey.sent', survey: surveyOfMessage(event.message), type: event.survey.type }, facts);
    } else if (event.kind === 'survey.sent' || event.kind === 'survey.answered') await saveEvent(client, event, facts);
  }
  for (const fact of [...facts]) {
    if (fact.type !== 'survey_reply') continue;
    const isFirst = await saveReply(client, fact.reply);
    if (isFirst && fact.reply.surveyType === 'csat') facts.push({ type: 'survey_answered', channel: fact.channel, inbox: fact.inbox, score: fact.reply.score });
  }
}

type SurveyEvent = CanonicalEvent & { readonly kind: 'survey.sent' | 'survey.answered' };

async function saveEvent(client: Between, event: SurveyEvent, facts: CommitFact[]): Promise<void> {
  const sent = event.kind === 'survey.sent';
  const place = { channel: event.channel, inbox: event.inbox };
  const at = new Date(event.t);
  // Locked: what another process says of this survey in the same moment waits, or is seen.
  const { rows: [before] } = sent ? { rows: [] } : await client.query<{ first_score: number | null }>(
    'select survey.first_score from replywatch.survey_facts as survey where survey.source = $1 and survey.survey = $2 for update', [event.source, event.survey]);
  await client.query(
    `insert into replywatch.survey_facts as survey (source, survey, conversation, contact, channel, inbox, type, sent_at, answered_at, first_score, score)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
     on conflict (source, survey) do update set sent_at = coalesce(survey.sent_at, excluded.sent_at), first_score = coalesce(survey.first_score, excluded.first_score),
       score = case when excluded.answered_at >= coalesce(survey.answered_at, excluded.answered_at) then excluded.score else survey.score end,
       answered_at = greatest(survey.answered_at, excluded.answered_at)`,
    [event.source, event.survey, event.conversation ?? null, event.contact ?? null, event.channel, event.inbox, event.type ?? 'csat',
      sent ? at : null, sent ? null : at, sent ? null : Math.round(event.score)]);
  if (sent) facts.push({ type: 'survey_sent', ...place });
  else if ((before?.first_score ?? null) === null && (event.type ?? 'csat') === 'csat') facts.push({ type: 'survey_answered', ...place, score: Math.round(event.score) });
}

/** A history that is folded again says the same reply again: the message tells. Returns whether it is the survey's first answer. */
async function saveReply(client: Between, { source, survey, message, at, score }: SurveyReply): Promise<boolean> {
  const { rows: [row] } = await client.query<{ first: boolean }>(
    `with before as (
       select survey_facts.first_score from replywatch.survey_facts where survey_facts.source = $1 and survey_facts.survey = $2 for update
     )
     update replywatch.survey_facts as survey set answered_at = to_timestamp($3::float8 / 1000), message = $4,
            first_score = coalesce(survey.first_score, $5), score = $5
       from before
      where survey.source = $1 and survey.survey = $2 and survey.message is distinct from $4::uuid
     returning before.first_score is null as first`, [source, survey, at, message, score]);
  return row?.first ?? false;
}
