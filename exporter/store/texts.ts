/** Sealed texts that somebody chose to keep for some days. The store cannot read them. */
import type { Pool } from 'pg';

/** A text under its seal. */
export interface KeptText {
  /** Pseudonyms. */
  readonly message: string;
  readonly conversation: string | undefined;
  /** Epoch milliseconds UTC. */
  readonly t: number;
  readonly sealed: Uint8Array;
}

/** Keeps texts until `expiresAt` (epoch milliseconds); one that is kept already stays as it is. */
export async function keepTexts(pool: Pool, texts: readonly KeptText[], expiresAt: number): Promise<void> {
  await pool.query(
    `insert into replywatch.kept_text (message, conversation, t, sealed, expires_at)
     select u.message, u.conversation, to_timestamp(u.t / 1000), u.sealed, to_timestamp($5::float8 / 1000)
       from unnest($1::uuid[], $2::uuid[], $3::float8[], $4::bytea[]) as u(message, conversation, t, sealed)
     on conflict (message) do nothing`,
    [texts.map((each) => each.message), texts.map((each) => each.conversation ?? null), texts.map((each) => each.t), texts.map((each) => each.sealed), expiresAt]);
}

/** Removes what has expired; with `all` everything. Returns how many texts. */
export async function purgeTexts(pool: Pool, now: number, all = false): Promise<number> {
  const { rowCount } = await pool.query('delete from replywatch.kept_text where $2 or kept_text.expires_at <= to_timestamp($1::float8 / 1000)', [now, all]);
  return rowCount ?? 0;
}
