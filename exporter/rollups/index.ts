import { ANSWERS } from './answers.ts';
import { BACKLOG } from './backlog.ts';
import { FORECAST } from './forecast.ts';
import { HOURLY } from './hourly.ts';
import { ISSUES } from './issues.ts';
import { PEAK_HOURS } from './peak-hours.ts';
import { PRESENCE } from './presence.ts';
import type { Rollup } from './rollup.ts';
import { STAFFING } from './staffing.ts';

/** Every rollup; later ones may read what earlier ones wrote. */
export const ROLLUPS: readonly Rollup[] = [BACKLOG, PRESENCE, ISSUES, HOURLY, PEAK_HOURS, FORECAST, STAFFING, ANSWERS];
