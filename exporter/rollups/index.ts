import { BACKLOG } from './backlog.ts';
import { HOURLY } from './hourly.ts';
import { PEAK_HOURS } from './peak-hours.ts';
import type { Rollup } from './rollup.ts';

/** Every rollup; later ones may read what earlier ones wrote. */
export const ROLLUPS: readonly Rollup[] = [BACKLOG, HOURLY, PEAK_HOURS];
