/** Group A: how fast customers are answered. */
import { list, type Key } from './key.ts';

export const SPEED: readonly Key[] = [
  list('frt_seconds', 'reporting.episodes', 'episodes.frt_seconds', 'episodes.frt_at'),
  list('response_seconds', 'reporting.responses', 'responses.seconds', 'responses.at'),
  {
    name: 'sla_frt',
    sql: `select json_build_object('met', count(*) filter (where episodes.sla_first_response = 'met'), 'missed', count(*) filter (where episodes.sla_first_response = 'missed'))
      as value from reporting.episodes`,
  },
];
