import type { Pool } from 'pg';

interface Kept { readonly lines: number; readonly accepted: number; readonly duplicate: number; readonly rejected: number; readonly digest: string }

/** Where imports that were broken off are found again, by how their file begins. */
export function createLedger(pool: Pool) {
  return {
    async find(beginning: string): Promise<Kept | undefined> {
      const { rows: [row] } = await pool.query<{ lines: string; accepted: string; duplicate: string; rejected: string; digest: string }>(
        'select import.lines, import.accepted, import.duplicate, import.rejected, import.digest from replywatch.import where import.beginning = $1 and import.finished_at is null', [beginning]);
      return row && { lines: Number(row.lines), accepted: Number(row.accepted), duplicate: Number(row.duplicate), rejected: Number(row.rejected), digest: row.digest };
    },
    async save(beginning: string, { lines, accepted, duplicate, rejected, digest }: Kept): Promise<void> {
      await pool.query(
        `insert into replywatch.import (beginning, lines, accepted, duplicate, rejected, digest) values ($1, $2, $3, $4, $5, $6)
         on conflict (beginning) do update set lines = excluded.lines, accepted = excluded.accepted, duplicate = excluded.duplicate,
           rejected = excluded.rejected, digest = excluded.digest, updated_at = now(), finished_at = null`, [beginning, lines, accepted, duplicate, rejected, digest]);
    },
    async finish(beginning: string): Promise<void> {
      await pool.query('update replywatch.import set finished_at = now() where import.beginning = $1', [beginning]);
    },
  };
}
