import { z } from 'zod';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';

/** The settings that the file can change one by one, under the names the documentation uses everywhere. */
export interface SettingRow {
  readonly key: string;
  readonly field: keyof Settings;
  /** `settings` and `targets` are the sections of the file; targets can differ per inbox. */
  readonly section: 'settings' | 'targets';
  readonly parse: z.ZodType<number | boolean | string>;
  /** How the default is written in the documentation. */
  readonly default: string;
  readonly help: string;
}

const SECONDS_IN: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const DURATION = /^(\d+(?:\.\d+)?) ?([smhd])$/;

/** Seconds as a number, or a number with a unit: `90`, `90s`, `5m`, `24h`, `14d`. */
export const seconds = (min: number) => z.unknown().transform((value, context): number => {
  const [, amount, unit] = typeof value === 'string' ? DURATION.exec(value.trim()) ?? [] : [];
  const result = typeof value === 'number' ? value : Number(amount) * (SECONDS_IN[unit ?? ''] ?? NaN);
  if (Number.isFinite(result) && result >= min) return result;
  context.addIssue({ code: 'custom', message: `must be seconds, ${min} or more: a number such as 90, or 90s, 5m, 24h, 14d` });
  return z.NEVER;
});

const wholeDays = z.number('must be a whole number of days, 1 or more').int('must be a whole number of days, 1 or more').min(1, 'must be a whole number of days, 1 or more');
const wholeNumber = z.number('must be a whole number, 1 or more').int('must be a whole number, 1 or more').min(1, 'must be a whole number, 1 or more');
const ratio = z.number('must be a number from 0 to 1, such as 0.8').gt(0, 'must be more than 0, such as 0.8').lt(1, 'must be less than 1, such as 0.8');

/** true or false, and the words people write in YAML for them. */
export const onOff = z.unknown().transform((value, context): boolean => {
  if (value === true || value === 'on' || value === 'yes') return true;
  if (value === false || value === 'off' || value === 'no') return false;
  context.addIssue({ code: 'custom', message: 'must be true or false' });
  return z.NEVER;
});

/** Who writes messages that are known only by their receipts. */
export const defaultAuthor = z.enum(['agent', 'bot', 'automation', 'campaign']);

/** Every setting of the file: the only place that knows its name, form, default and help. */
export const SETTING_ROWS: readonly SettingRow[] = [
  { key: 'has_resolution', field: 'hasResolution', section: 'settings', parse: onOff, default: 'as the source declares',
    help: 'Whether sources say when a conversation is resolved. Without it episodes close by inactivity.' },
  { key: 'default_author', field: 'defaultAuthor', section: 'settings', parse: defaultAuthor, default: 'agent',
    help: 'Author of messages known only by their receipts: agent, bot, automation or campaign.' },
  { key: 'inactivity_close', field: 'inactivityCloseSeconds', section: 'settings', parse: seconds(1), default: '24h',
    help: 'Silence after which an episode without a resolve event closes.' },
  { key: 'fcr_window_days', field: 'fcrWindowDays', section: 'settings', parse: wholeDays, default: '7',
    help: 'Days within which a contact coming back continues the same issue.' },
  { key: 'engaged_gap', field: 'engagedGapSeconds', section: 'settings', parse: seconds(1), default: '5m',
    help: 'Longest pause that still counts as engaged time.' },
  { key: 'survey_window', field: 'surveyWindowSeconds', section: 'settings', parse: seconds(1), default: '14d',
    help: 'How long a survey may be answered; the end is included.' },
  { key: 'reply_window', field: 'replyWindowSeconds', section: 'settings', parse: seconds(1), default: '72h',
    help: 'How long a reply of the customer counts as an answer to our message; the end is excluded.' },
  { key: 'attribution', field: 'attributionSeconds', section: 'settings', parse: seconds(1), default: '7d',
    help: 'How long an order is attributed to a campaign; the end is excluded.' },
  { key: 'flow_timeout', field: 'flowTimeoutSeconds', section: 'settings', parse: seconds(1), default: '24h',
    help: 'Silence after which a flow run counts as left.' },
  { key: 'max_handling', field: 'maxHandlingSeconds', section: 'settings', parse: seconds(1), default: '30m',
    help: 'Most handling time one reply can have.' },
  { key: 'wrap_seconds', field: 'wrapSeconds', section: 'settings', parse: seconds(0), default: '0',
    help: 'Work after each message of an agent that counts as busy time.' },
  { key: 'presence_limit', field: 'presenceLimitSeconds', section: 'settings', parse: seconds(1), default: '12h',
    help: 'When an agent who never went offline counts as gone.' },
  { key: 'clock_skew', field: 'clockSkewSeconds', section: 'settings', parse: seconds(0), default: '5m',
    help: 'How far ahead of our clock an event may be before it gets our time.' },
  { key: 'late_window', field: 'lateWindowSeconds', section: 'settings', parse: seconds(0), default: '7d',
    help: 'Events later than this are counted as late.' },
  { key: 'settle_seconds', field: 'settleSeconds', section: 'settings', parse: seconds(0), default: '60 (5 in the demo)',
    help: 'How long a duration rests before it is counted, so that a failed or deleted message is known.' },
  { key: 'parallel_chats', field: 'parallelChats', section: 'settings', parse: wholeNumber, default: '3',
    help: 'Conversations that an agent answers at the same time, for the number of agents needed.' },
  { key: 'max_occupancy', field: 'maxOccupancyRatio', section: 'settings', parse: ratio, default: '0.85',
    help: 'Share of their time in which agents should be taken at most, for the number of agents needed.' },
  { key: 'sla_frt', field: 'slaFirstResponseSeconds', section: 'targets', parse: seconds(1), default: '60',
    help: 'First response: seconds in which it should come; exactly so many still meet the target.' },
  { key: 'sla_resolution', field: 'slaResolutionSeconds', section: 'targets', parse: seconds(1), default: '5m',
    help: 'Resolution: seconds in which it should come.' },
  { key: 'overdue_seconds', field: 'overdueSeconds', section: 'targets', parse: seconds(1), default: '5m',
    help: 'A conversation unresolved for longer is overdue.' },
  { key: 'negative_target', field: 'negativeTargetSeconds', section: 'targets', parse: seconds(1), default: '3m',
    help: 'A customer who wrote something negative should have a resolution within this time.' },
  { key: 'first_response_objective', field: 'firstResponseObjectiveRatio', section: 'targets', parse: ratio, default: '0.8',
    help: 'Share of episodes that should meet the first-response target, between 0 and 1; one for the whole workspace.' },
  { key: 'resolution_objective', field: 'resolutionObjectiveRatio', section: 'targets', parse: ratio, default: '0.8',
    help: 'Share of episodes that should meet the resolution target, between 0 and 1; one for the whole workspace.' },
  { key: 'csat_goal', field: 'csatGoalRatio', section: 'targets', parse: ratio, default: '0.85',
    help: 'Share of ratings of 4 or 5 to reach, between 0 and 1.' },
  { key: 'failure_limit', field: 'failureLimitRatio', section: 'targets', parse: ratio, default: '0.05',
    help: 'Share of our messages that may fail before somebody is told, between 0 and 1.' },
  { key: 'utilisation_limit', field: 'utilisationLimitRatio', section: 'targets', parse: ratio, default: '0.9',
    help: 'Share of their time in which agents may be taken before it counts as overload, between 0 and 1; one for the whole workspace.' },
];

/** Values by key of the file, laid over `base`; absent keys keep what is there. */
export function withSettings(base: Settings, given: Readonly<Record<string, unknown>>): Settings {
  const changes = SETTING_ROWS.filter((setting) => given[setting.key] !== undefined).map((setting) => [setting.field, given[setting.key]]);
  // Every row's parser gives the type of its field; the test that reads each default back through its row holds that.
  return { ...base, ...(Object.fromEntries(changes) as Partial<Settings>) };
}

/** What applies where nothing else is said. `settleSeconds` is short in the demo, so that its first figures come within seconds. */
export const defaultsFor = (mode: 'demo' | 'production'): Settings => (mode === 'demo' ? { ...DEFAULT_SETTINGS, settleSeconds: 5 } : DEFAULT_SETTINGS);
