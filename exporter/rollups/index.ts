import { ACTIVITY } from './activity.ts';
import { ANSWERS } from './answers.ts';
import { BACKLOG } from './backlog.ts';
import { CAMPAIGNS } from './campaigns.ts';
import { CONSENTS } from './consents.ts';
import { COSTS } from './costs.ts';
import { EXPERIMENTS } from './experiments.ts';
import { FLOWS } from './flows.ts';
import { FORECAST } from './forecast.ts';
import { HOURLY } from './hourly.ts';
import { ISSUES } from './issues.ts';
import { PEAK_HOURS } from './peak-hours.ts';
import { PRESENCE } from './presence.ts';
import type { Rollup } from './rollup.ts';
import { STAFFING } from './staffing.ts';
import { UNHAPPY } from './unhappy.ts';
import { WINDOWS } from './windows.ts';

/**
 * Every rollup; later ones may read what earlier ones wrote. Those of facts of customers come last: at the first start with a past, like that of the demo, these are derived while
 * the hours are computed, and issues counted before would be missing for ten minutes.
 */
export const ROLLUPS: readonly Rollup[] = [
  BACKLOG, PRESENCE, UNHAPPY, HOURLY, PEAK_HOURS, FORECAST, STAFFING, ANSWERS, ACTIVITY, CAMPAIGNS, EXPERIMENTS, FLOWS, COSTS, CONSENTS, WINDOWS, ISSUES,
];
