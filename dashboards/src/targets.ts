/**
 * Limits that no metric carries. What the configuration knows (SLA targets, objectives) is never repeated here:
 * panels read `chat_sla_target_seconds` and `chat_sla_objective_ratio`. The numbers are those of the alerts.
 */

/** Share of ratings of 4 or 5 to reach. */
export const CSAT_GOAL_RATIO = 0.85;
/** Below this many ratings a share says nothing. */
export const CSAT_MIN_RATINGS = 30;
/** Share of messages that may fail. */
export const FAILED_LIMIT_RATIO = 0.05;
/** A wait of one target is a breach; of two targets wakes somebody. */
export const WAIT_ALARM_TARGETS = 2;
/** From this part of the allowance of late answers on there is little left for the rest of the day. */
export const ALLOWANCE_LOW_RATIO = 0.8;
/** Inbound volume outside half to one and a half of the usual is worth a look. */
export const USUAL_RANGE = { low: 0.5, high: 1.5 } as const;
/** A source without any event for this long, in opening hours, may be cut off. */
export const SILENT_SECONDS = 900;
/** From this error on the forecast of the next hours is a guess. */
export const FORECAST_ERROR_HIGH_RATIO = 0.5;
/** Utilisation of agents: from here on it is as planned, and from there on overload. */
export const UTILISATION_RANGE = { goal: 0.85, high: 0.9 } as const;
