/** Median and 90th percentile of first response and resolution, for tables by topic or team: computed from conversations, because those of days cannot be added up. */
import { during, inPlace, percentile } from '../sql.ts';
import { UNITS, type Column } from '../style.ts';

/** A row per value with what `SPEED` selects, of conversations closed in the chosen time: not on its whole days, because where the planner knows no bounds it reads one row at a time. @param value SQL, e.g. `episodes.team` */
export const speedBy = (value: string, as: string): string => `select ${value} as ${as}, ${both('episodes.frt_seconds')} as first, ${both('episodes.resolution_seconds')} as solved
  from reporting.episodes where ${during('episodes.closed_at')} and ${inPlace('episodes')} group by 1`;

/** From a subquery `speed` made by `speedBy`. */
export const SPEED = 'speed.first[1] as first, speed.first[2] as first_tenth, speed.solved[1] as solved, speed.solved[2] as solved_tenth';

export const SPEED_COLUMNS: readonly Column[] = [
  ['first', 'First response'], ['first_tenth', 'First resp. p90'], ['solved', 'Resolution'], ['solved_tenth', 'Resolution p90'],
].map(([from = '', title = '']) => ({ from, title, unit: UNITS.seconds, decimals: 0, width: 115 }));

/** Sorted once for the two of them. */
const both = (seconds: string): string => percentile('array[0.5, 0.9]', seconds);
