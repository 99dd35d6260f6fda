/** What the formulas are parameterised with. Defaults are those of docs/kpis.md; every value can differ per inbox. */
import type { SurveyScale } from './event.ts';

/** Days as calendars name them, Monday first as in ISO 8601. */
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** `["09:00", "18:00"]`, wall clock, end excluded. `["22:00", "02:00"]` crosses midnight, `["00:00", "24:00"]` is all day. */
export type OpenInterval = readonly [from: string, to: string];

/** Opening hours as people write them. */
export interface CalendarSpec {
  /** IANA time zone, e.g. `Europe/Madrid`. */
  readonly tz: string;
  readonly week: Readonly<Partial<Record<Weekday, readonly OpenInterval[]>>>;
  /** Closed local dates, `YYYY-MM-DD`. */
  readonly holidays?: readonly string[];
  /** Local dates with hours of their own. */
  readonly exceptions?: Readonly<Record<string, readonly OpenInterval[]>>;
  /** First local date this version is valid on; absent: always. */
  readonly from?: string;
}

/** What can be set per workspace, source or inbox. */
export interface Settings {
  /** IANA zone of the workspace: local days and hours. */
  readonly tz: string;
  /** Versions of the inbox's opening hours, oldest first; empty: always open. */
  readonly calendars: readonly CalendarSpec[];
  /** Whether the source says when a conversation is resolved. */
  readonly hasResolution: boolean;
  /** Author of messages known only by their receipts. */
  readonly defaultAuthor: 'agent' | 'bot' | 'automation' | 'campaign';
  readonly inactivityCloseSeconds: number;
  readonly fcrWindowDays: number;
  readonly slaFirstResponseSeconds: number;
  readonly slaResolutionSeconds: number;
  /** Share of episodes that must meet the first-response target, 0 to 1. */
  readonly firstResponseObjectiveRatio: number;
  /** Share of episodes that must meet the resolution target, 0 to 1. */
  readonly resolutionObjectiveRatio: number;
  /** Share of ratings of 4 or 5 to reach, 0 to 1. */
  readonly csatGoalRatio: number;
  /** Share of our messages that may fail, 0 to 1. */
  readonly failureLimitRatio: number;
  /** Share of their time in which agents are taken, 0 to 1, from which on it is overload. */
  readonly utilisationLimitRatio: number;
  readonly overdueSeconds: number;
  readonly negativeTargetSeconds: number;
  readonly engagedGapSeconds: number;
  readonly surveyWindowSeconds: number;
  readonly replyWindowSeconds: number;
  readonly attributionSeconds: number;
  readonly flowTimeoutSeconds: number;
  readonly maxHandlingSeconds: number;
  readonly wrapSeconds: number;
  readonly presenceLimitSeconds: number;
  /** An event may be this much ahead of our clock before its time is replaced by ours. */
  readonly clockSkewSeconds: number;
  readonly lateWindowSeconds: number;
  /** How long a duration rests before it is counted. */
  readonly settleSeconds: number;
  /** Conversations that an agent answers at the same time, for staffing. */
  readonly parallelChats: number;
  /** Share of their time in which agents should be taken at most, for staffing: 0 to 1. */
  readonly maxOccupancyRatio: number;
}

/** In force where nothing else is set. */
export const DEFAULT_SETTINGS: Settings = {
  tz: 'UTC',
  calendars: [],
  hasResolution: true,
  defaultAuthor: 'agent',
  inactivityCloseSeconds: 86_400,
  fcrWindowDays: 7,
  slaFirstResponseSeconds: 60,
  slaResolutionSeconds: 300,
  firstResponseObjectiveRatio: 0.8,
  resolutionObjectiveRatio: 0.8,
  csatGoalRatio: 0.85,
  failureLimitRatio: 0.05,
  utilisationLimitRatio: 0.9,
  overdueSeconds: 300,
  negativeTargetSeconds: 180,
  engagedGapSeconds: 300,
  surveyWindowSeconds: 14 * 86_400,
  replyWindowSeconds: 72 * 3_600,
  attributionSeconds: 7 * 86_400,
  flowTimeoutSeconds: 86_400,
  maxHandlingSeconds: 1_800,
  wrapSeconds: 0,
  presenceLimitSeconds: 12 * 3_600,
  clockSkewSeconds: 300,
  lateWindowSeconds: 7 * 86_400,
  settleSeconds: 60,
  parallelChats: 3,
  maxOccupancyRatio: 0.85,
};

/** The settings in force for one inbox of one source. Equal arguments give the same object. */
export type SettingsFor = (source: string, inbox: string) => Settings;

/** How a survey is recognised, and how it is answered in the chat. */
export interface SurveyRule {
  readonly type: 'csat' | 'nps';
  readonly scale: SurveyScale;
  /** Names of templates, ids of surveys, and parts of texts that are this survey. */
  readonly templates: readonly string[];
  readonly ids: readonly string[];
  readonly texts: readonly string[];
  /** Scores by the title of a button. */
  readonly buttons: Readonly<Record<string, number>>;
}
