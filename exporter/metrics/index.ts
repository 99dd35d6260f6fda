import { AGENTS } from './agents.ts';
import { CONVERSATIONS } from './conversations.ts';
import { CSAT } from './csat.ts';
import { EVENTS } from './events.ts';
import { FIRST_RESPONSE } from './first-response.ts';
import { LIVE_GAUGES } from './live.ts';
import { MESSAGES } from './messages.ts';
import type { Gauge, Metric } from './metric.ts';
import { NEGATIVE } from './negative.ts';
import { RESOLUTION } from './resolution.ts';
import { RESPONSE } from './response.ts';
import { ROLLUP_COUNTERS, ROLLUP_GAUGES } from './rollups.ts';
import { SLA, SLA_GAUGES } from './sla.ts';
import { SOURCE_GAUGES } from './sources.ts';
import { TRACES } from './traces.ts';

/** Every persisted counter and histogram, in the order of the exposition. */
export const METRICS: readonly Metric[] = [
  ...EVENTS, ...MESSAGES, ...CONVERSATIONS, ...FIRST_RESPONSE, ...RESPONSE, ...RESOLUTION, ...NEGATIVE, ...SLA, ...CSAT, ...AGENTS, ...ROLLUP_COUNTERS, ...TRACES,
];

/** Every gauge that is known before the rollups add theirs. */
export const GAUGES: readonly Gauge[] = [...LIVE_GAUGES, ...SLA_GAUGES, ...SOURCE_GAUGES, ...ROLLUP_GAUGES];
