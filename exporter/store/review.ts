/** The newest sample of episodes for review, with what is kept of their texts. */
import type { Pool } from 'pg';

/** One picked episode. */
export interface Sampled {
  /** Monday of the local week, `YYYY-MM-DD`. */
  readonly week: string;
  readonly agent: string;
  readonly reason: string;
  readonly topic: string;
  readonly similarity: number | null;
  readonly conversation: string;
  readonly number: number;
  readonly source: string;
  readonly inbox: string;
  readonly openedAt: Date;
  readonly closedAt: Date;
}

/** A kept text of an episode, still sealed. */
export interface SampledText { readonly message: string; readonly at: Date; readonly from: 'customer' | 'us'; readonly sealed: Buffer }

/** The newest week's sample by agent; `agent` leaves the others out. */
export async function newestSample(pool: Pool, agent?: string): Promise<readonly Sampled[]> {
  const { rows } = await pool.query<Sampled>(
    `select sample.local_week::text as week, sample.agent, sample.reason, sample.topic, sample.similarity, sample.conversation, sample.number,
            facts.source, facts.inbox, facts.opened_at as "openedAt", facts.closed_at as "closedAt"
       from replywatch.review_sample as sample
       join replywatch.episode_facts as facts on facts.conversation = sample.conversation and facts.number = sample.number
      where sample.local_week = (select max(newest.local_week) from replywatch.review_sample as newest) and ($1::text is null or sample.agent = $1)
      order by sample.agent, sample.reason, facts.opened_at, sample.conversation`, [agent ?? null]);
  return rows;
}

/** What is kept of one episode's messages, oldest first. */
export async function sampledTexts(pool: Pool, { conversation, openedAt, closedAt }: Sampled): Promise<readonly SampledText[]> {
  const { rows } = await pool.query<SampledText>(
    `select kept_text.message, kept_text.t as at, case event.kind when 'message.inbound' then 'customer' else 'us' end as from, kept_text.sealed
       from replywatch.kept_text join replywatch.event on event.id = kept_text.message
      where kept_text.conversation = $1 and kept_text.t >= $2 and kept_text.t <= $3
      order by kept_text.t, kept_text.message`, [conversation, openedAt, closedAt]);
  return rows;
}
