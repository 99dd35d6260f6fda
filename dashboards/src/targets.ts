/**
 * Limits that no metric carries, and defaults for the colours of table cells, which Grafana takes as numbers only. Lines and numbers of what the configuration knows (targets,
 * objectives, goals, budgets) are its series: see `promql.ts`. The numbers are those of the alerts.
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
/** Burn rates at which FirstResponseBudgetBurn speaks up at an objective of 0.8, over one hour, six, a day and three days; the lines of panels follow the objective that is set. */
export const BURN_FACTORS = [4, 3, 2, 1] as const;
/** Inbound volume outside half to one and a half of the usual is worth a look. */
export const USUAL_RANGE = { low: 0.5, high: 1.5 } as const;
/** A source without any event for this long, in opening hours, may be cut off. */
export const SILENT_SECONDS = 900;
/** From this error on the forecast of the next hours is a guess. */
export const FORECAST_ERROR_HIGH_RATIO = 0.5;
/** Utilisation of agents: from here on it is as planned, and from there on overload. */
export const UTILISATION_RANGE = { goal: 0.85, high: 0.9 } as const;
/** Share of webhook requests that may be refused. */
export const REJECTED_LIMIT_RATIO = 0.05;
/** From here on events that wait for their transaction will soon be turned away. */
export const QUEUE_LIMIT_RATIO = 0.8;
/** Nineteen in twenty events arrive within this. */
export const INGEST_DELAY_LIMIT_SECONDS = 300;
/** Traces that wait longer than this will not be found by searches. */
export const OUTBOX_OLD_SECONDS = 900;
/** From these many intervals on a scheduled computation is late. */
export const ROLLUP_LATE_INTERVALS = 2;
/** Samples of a scrape from which on it is close to being refused as a whole. */
export const SCRAPE_LIMIT_SAMPLES = 48_000;
/** Share of issues to solve at the first contact. */
export const FCR_GOAL_RATIO = 0.8;
/** Share of resolved episodes that may be reopened. */
export const REOPEN_LIMIT_RATIO = 0.1;
/** Share of unhappy customers to be helped within `negative_target`. */
export const NEGATIVE_SOLVED_GOAL_RATIO = 0.5;
/** Share of the conversations with the bot that it should resolve alone. */
export const CONTAINMENT_GOAL_RATIO = 0.7;
/** A bot answers at once: seconds for nine tenths of its first messages. */
export const BOT_FIRST_RESPONSE_GOAL_SECONDS = 5;
/** Share of bot messages that may say "I did not understand". */
export const FALLBACK_LIMIT_RATIO = 0.1;
/** Share of the disk below which somebody is told. */
export const DISK_LEFT_RATIO = 0.1;
/** Certificates with less time than this were not renewed, or not in time. */
export const CERTIFICATE_LEFT_SECONDS = { warning: 14 * 86_400, critical: 2 * 86_400 } as const;
/** The slowest readings of platforms come every few hours. */
export const PULL_OLD_SECONDS = 46_800;
