import type { Client } from 'pg';
import type { CanonicalEvent } from '../core/event.ts';
import type { CommitFact } from '../core/fact.ts';

/** Surveys: one row each, the last answer counts, the first one is the one the counter sees. */
export async function saveSurveys(client: Client, fresh: readonly CanonicalEvent[], facts: CommitFact[]): Promise<void> {
  for (const event of fresh.toSorted((a, b) => a.t - b.t)) {
    if (event.kind !== 'survey.sent' && event.kind !== 'survey.answered') continue;
    const sent = event.kind === 'survey.sent';
    const place = { channel: event.channel, inbox: event.inbox };
    const at = new Date(event.t);
    const { rows: [row] } = await client.query<{ first: boolean }>(
      `insert into replywatch.survey_facts as survey (source, survey, conversation, contact, channel, inbox, type, sent_at, answered_at, first_score, score)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
       on conflict (source, survey) do update set sent_at = coalesce(survey.sent_at, excluded.sent_at), first_score = coalesce(survey.first_score, excluded.first_score),
         score = case when excluded.answered_at >= coalesce(survey.answered_at, excluded.answered_at) then excluded.score else survey.score end,
         answered_at = greatest(survey.answered_at, excluded.answered_at)
       returning (survey.answered_at is not distinct from $9 and survey.first_score is not distinct from $10) as first`,
      [event.source, event.survey, event.conversation ?? null, event.contact ?? null, event.channel, event.inbox, event.type ?? 'csat',
        sent ? at : null, sent ? null : at, sent ? null : Math.round(event.score)]);
    if (sent) facts.push({ type: 'survey_sent', ...place });
    else if (row!.first && (event.type ?? 'csat') === 'csat') facts.push({ type: 'survey_answered', ...place, score: Math.round(event.score) });
  }
}

