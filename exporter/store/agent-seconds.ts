import type { Pool, PoolClient } from 'pg';
import { agentTime, type KindStretch } from '../core/agent-time.ts';
import type { CommitFact } from '../core/fact.ts';
import type { Settings } from '../core/settings.ts';
import { addTotals } from './settle.ts';
import { claimSlots } from './slots.ts';
import { plainArray, textArray } from './statements.ts';
import type { Counting } from './store.ts';
import { inTransaction } from './transaction.ts';

/** Where time is counted, and for whom apart. */
export interface AgentSecondsOptions {
  readonly pool: Pool;
  readonly counting: Counting;
  readonly settings: Pick<Settings, 'settleSeconds'>;
  /** Whether each agent has series of their own; absent: yes. */
  readonly agentsLabel?: boolean;
}

/** Stands for everybody where agents have no series of their own. */
export const ALL_AGENTS = 'all';

/** What was over so long before we first heard of an agent came by an import: it is history, which no counter tells. */
const HISTORY_MS = 24 * 3_600_000;

/**
 * Counts the time of agents that is final: it is older than the settling time, was derived, and no wait that is still pending can reach back
 * to it, as such a wait will count with its last part only. Each second once in the whole cluster; for the leader.
 */
export async function countAgentSeconds({ pool, counting, settings, agentsLabel = true }: AgentSecondsOptions, now: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    const windows = await windowsOf(client, now, settings.settleSeconds * 1000);
    const facts = await factsOf(client, windows);
    await client.query(
      `update replywatch.agent_state as known set counted_until = to_timestamp(u.until / 1000) from unnest($1::text[], $2::float8[]) as u (agent, until) where known.agent = u.agent`,
      [textArray(windows.map(({ agent }) => agent)), plainArray(windows.map(({ to }) => to))]);
    await addTotals(client, await totalsOf(agentsLabel ? facts : facts.map((fact) => ({ ...fact, agent: ALL_AGENTS })), pool, counting));
  });
}

interface Window { readonly agent: string; readonly from: number; readonly to: number }

/** Per agent: from where the last count ended to where time is final. */
async function windowsOf(client: PoolClient, now: number, settleMs: number): Promise<readonly Window[]> {
  const { rows } = await client.query<{ agent: string; from: number; to: number }>(
    `with final as (
       select least(to_timestamp($1::float8 / 1000), min(rollup_state.watermark) - make_interval(secs => $2::float8 / 1000)) as until
       from replywatch.rollup_state where rollup_state.rollup in ('contacts', 'presence') having count(rollup_state.watermark) = 2
     ), known as (
       select known.agent, known.counted_until from replywatch.agent_state as known order by known.agent for update
     )
     select known.agent, (extract(epoch from part.since) * 1000)::float8 as "from", (extract(epoch from part.until) * 1000)::float8 as "to"
     from final cross join known cross join lateral (
       select coalesce(known.counted_until, greatest(
           (select min(presence.from_at) from replywatch.agent_presence as presence where presence.agent = known.agent), to_timestamp(($1::float8 - $3::float8) / 1000))) as since,
         least(final.until, (
           select min(greatest(pending.from_at, to_timestamp($1::float8 / 1000) - make_interval(secs => pending.max_seconds)))
           from replywatch.agent_intervals as pending where pending.agent = known.agent and pending.to_at is null and pending.kind = 'handling')) as until
     ) as part
     where part.since < part.until`, [now, settleMs, HISTORY_MS]);
  return rows;
}

type AgentSeconds = Extract<CommitFact, { type: 'agent_seconds' }>;

async function factsOf(client: PoolClient, windows: readonly Window[]): Promise<readonly AgentSeconds[]> {
  if (windows.length === 0) return [];
  const { rows } = await client.query<KindStretch & { agent: string }>(
    `select asked.agent, part.kind, (extract(epoch from part.from_at) * 1000)::float8 as "from", (extract(epoch from part.to_at) * 1000)::float8 as "to"
     from unnest($1::text[], $2::float8[], $3::float8[]) as asked (agent, since, until)
     join lateral (
       select presence.from_at, presence.to_at, 'online' as kind from replywatch.agent_presence as presence where presence.agent = asked.agent
       union all
       select intervals.from_at, intervals.to_at, intervals.kind from replywatch.agent_intervals as intervals
       where intervals.agent = asked.agent and intervals.to_at > to_timestamp(asked.since / 1000) and intervals.kind in ('handling', 'wrap')
     ) as part on part.to_at > to_timestamp(asked.since / 1000) and part.from_at < to_timestamp(asked.until / 1000)`,
    [textArray(windows.map(({ agent }) => agent)), plainArray(windows.map(({ from }) => from)), plainArray(windows.map(({ to }) => to))]);
  const stretches = Map.groupBy(rows, ({ agent }) => agent);
  return windows.map((window) => {
    const { online, busy, handling } = agentTime(stretches.get(window.agent) ?? [], window);
    return { type: 'agent_seconds', agent: window.agent, online, busy, handling };
  });
}

async function totalsOf(facts: readonly AgentSeconds[], pool: Pool, counting: Counting): Promise<Map<string, number>> {
  for (;;) {
    const totals = new Map<string, number>();
    for (const fact of facts) counting.add(fact, totals);
    const missing = counting.missing();
    if (missing.length === 0) return totals;
    await claimSlots(pool, counting, missing);
  }
}
