import { AUTHORS, CHANNELS } from '../core/event.ts';
import { EPISODE_KINDS } from '../core/fact.ts';

/** At most so many inboxes have series of their own; the rest share `other`. */
export const INBOX = { max: 50 } as const;
/** The same for sources: canonical events may name any. */
export const SOURCE = { max: 50 } as const;
/** The same for topics, which rules and help desks make up. */
export const TOPIC = { max: 50 } as const;
/** The same for agents. */
export const AGENT = { max: 200 } as const;

/** Where something happened: the labels of almost every KPI. */
export const PLACE = { channel: CHANNELS, inbox: INBOX } as const;

/** Where, and whether in the conversation's first episode. */
export const PLACE_EPISODE = { ...PLACE, episode: EPISODE_KINDS } as const;

/** Authors whose messages are delivered to somebody; `system` lines are not. */
export const SENDERS = AUTHORS.filter((author) => author !== 'system');

/** Upper bounds in seconds of every KPI duration: each default target and each alert limit is one of them. */
export const DURATION_BUCKETS = [
  1, 2, 5, 10, 15, 30, 45, 60, 90, 120, 180, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400, 172_800, 604_800,
] as const;
