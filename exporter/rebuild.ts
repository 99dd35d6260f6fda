/** Facts and figures computed anew from the events: by the command, or in the background when a new version computes something else. */
import type { Pool } from 'pg';
import { basis, recordVersions } from './basis.ts';
import type { Config } from './config.ts';
import { DEFINITIONS } from './core/definitions.ts';
import { refresh } from './refresh.ts';
import { DERIVERS } from './store/derive/index.ts';
import { compared, remember, sum, type Differences } from './store/difference.ts';
import { beginRebuild, exclusively, figureTables, finishRebuild, noteRebuild, type Reason, type Rebuild } from './store/rebuilds.ts';
import { conversationsAfter, refoldConversations } from './store/refold.ts';
import type { Counting } from './store/store.ts';

/** What a rebuild works on, and whom it tells. */
export interface RebuildOptions {
  readonly pool: Pool;
  readonly config: Config;
  readonly counting: Counting;
  /** Epoch ms. */
  readonly now: () => number;
  readonly reason: Reason;
  /** Conversations that are done, those of an earlier run included, of how many. */
  readonly onProgress: (done: number, total: number) => void;
  /** A figure that is being computed. */
  readonly onRollup?: (name: string) => void;
  /** Ends it after the current slice; it goes on from there next time. */
  readonly signal?: AbortSignal;
}

/** Conversations per transaction: their rows are locked meanwhile, so live batches of the same ones wait that long. */
const SLICE = 100;

/**
 * Computes everything anew, slice by slice, beside exporters that work. Running it twice changes nothing.
 * @returns what changed by table; undefined when another process is rebuilding, or the signal ended it
 */
export async function rebuild(options: RebuildOptions): Promise<Differences | undefined> {
  const { pool, config, counting, now, reason, onRollup, signal } = options;
  return exclusively(pool, async () => {
    await recordVersions(pool, config);
    let run = await beginRebuild(pool, reason, basis(config), now());
    for (let next = await slice(options, run); next !== undefined; next = await slice(options, run)) {
      run = next;
      if (signal?.aborted) return undefined;
    }
    const rest = await restAnew(options, () => refresh({ pool, config, counting, ...(onRollup && { onRollup }), ...(signal && { signal }) })).catch((error: unknown) => {
      if (signal?.aborted) return undefined; // cancelled; conversations are done, so the next run begins here
      throw error;
    });
    if (!rest || signal?.aborted) return undefined;
    const all = sum(run.differences, rest);
    await finishRebuild(pool, run.id, all, now());
    return all;
  });
}

async function slice({ pool, config, counting, onProgress }: RebuildOptions, run: Rebuild): Promise<Rebuild | undefined> {
  const ids = await conversationsAfter(pool, run.reached, SLICE);
  if (ids.length === 0) return undefined;
  let after = run;
  await refoldConversations({ pool, settingsFor: config.settingsFor, counting }, ids, async (client, result) => {
    after = { ...run, done: run.done + ids.length, reached: ids.at(-1), differences: sum(run.differences, result.differences) };
    await noteRebuild(client, after);
  });
  onProgress(after.done, Math.max(after.total, after.done));
  return after;
}

/** What follows from the facts of conversations: those of customers, and figures. */
async function restAnew({ pool }: RebuildOptions, compute: () => Promise<void>): Promise<Differences> {
  const tables = [...DERIVERS.flatMap((deriver) => deriver.tables.map(({ name }) => name)), ...await figureTables(pool)];
  const client = await pool.connect();
  try {
    await client.query('set statement_timeout = 0'); // as long as the history is
    await remember(client, tables);
    await compute();
    return await compared(client, tables);
  } finally {
    client.release(true); // its setting and its tables go with it
  }
}

/** Why everything has to be computed anew; undefined when it does not, or when there is nothing yet. */
export async function reasonToRebuild(pool: Pool, config: Config, now: number): Promise<Reason | undefined> {
  await recordVersions(pool, config);
  const { rows: [last] } = await pool.query<{ basis: string; finished: boolean; reason: Reason; events: boolean }>(
    `select rebuild.basis, rebuild.finished_at is not null as finished, rebuild.reason, exists (select from replywatch.event) as events
     from replywatch.rebuild order by rebuild.id desc limit 1`);
  if (last === undefined) {
    const { rows: [stored] } = await pool.query<{ facts: boolean; old: boolean }>(
      `select exists (select from replywatch.event) as facts, exists (select from replywatch.episode_facts where episode_facts.version is null) as old`);
    if (stored!.old) return 'definitions';
    // A beginning, or facts that this version made: what it computes with is the first to be known.
    const begun = await beginRebuild(pool, 'settings', basis(config), now);
    await finishRebuild(pool, begun.id, {}, now);
    return undefined;
  }
  if (last.basis === basis(config)) return last.finished ? undefined : last.reason;
  return last.basis.split('-')[0] === String(DEFINITIONS) ? 'settings' : 'definitions';
}
