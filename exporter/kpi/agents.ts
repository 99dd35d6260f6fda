/** Group G: what agents were asked to do while they were there. */
import type { Key } from './key.ts';

export const AGENTS: readonly Key[] = [
  {
    name: 'agents', needs: 'window',
    sql: `select coalesce(json_object_agg(agents.agent, json_build_object('online_seconds', agents.online_seconds, 'busy_seconds', agents.busy_seconds,
        'handling_seconds', agents.handling_seconds, 'utilisation', agents.utilisation, 'avg_concurrency', agents.avg_concurrency)), '{}') as value
      from reporting.agent_time(:window_from, :window_to, coalesce(:asked_now, greatest(:now, :window_to))) as agents`,
  },
];
