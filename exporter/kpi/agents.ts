/** Group G: what agents were asked to do while they were there. */
import type { Key } from './key.ts';

/** Figures of agents; they need a `window`. */
export const AGENTS: readonly Key[] = [
  {
    name: 'agents', needs: 'window',
    sql: `select coalesce(json_object_agg(agents.agent, json_build_object('online_seconds', coalesce(agents.online_seconds, 0),
        'busy_seconds', coalesce(agents.busy_seconds, 0), 'handling_seconds', coalesce(agents.handling_seconds, 0),
        'utilisation', agents.utilisation, 'avg_concurrency', agents.avg_concurrency)), '{}') as value
      from reporting.agent_time(:window_from, :window_to, coalesce(:asked_now, greatest(:now, :window_to))) as time
      full join replywatch.agent_state as known on known.agent = time.agent
      cross join lateral (select coalesce(time.agent, known.agent) as agent, time.online_seconds, time.busy_seconds, time.handling_seconds, time.utilisation,
        time.avg_concurrency) as agents`,
  },
];
