/** The machine at work on one conversation: what its rules share. */
import type { Calendar } from './calendar.ts';
import type { EpisodeFact, Fact, Observation } from './fact.ts';
import type { Settings } from './settings.ts';
import type { ConversationState, OpenEpisode } from './state.ts';

/** What the rules of a fold work on: the state, and what was concluded so far. */
export interface Machine {
  readonly id: string;
  readonly settings: Settings;
  readonly calendar: Calendar;
  readonly state: ConversationState;
  readonly facts: Fact[];
  /** Rows of the episodes that ended. */
  readonly closed: EpisodeFact[];
}

/** Seconds from a to b, never negative: clocks of providers differ. */
export const seconds = (from: number, to: number): number => Math.max(0, to - from) / 1000;

/** When the product itself closes an episode: it has no customer message, or its source never says "resolved". */
export function inactivityDeadline(open: OpenEpisode, settings: Settings): number | undefined {
  const silent = open.inboundMessages + open.withdrawnMessages === 0;
  return silent || !settings.hasResolution ? open.activeAt + settings.inactivityCloseSeconds * 1000 : undefined;
}

/** Adds a fact of this episode, final at `at`. */
export function observe(machine: Machine, open: OpenEpisode, at: number, what: DistributiveOmit<Observation, keyof SharedFields>): void {
  // The union survives because `what` is one of its members without the shared fields.
  machine.facts.push({
    conversation: machine.id, number: open.number, episode: open.number === 1 ? 'first' : 'reopened', source: open.source, channel: open.channel,
    inbox: open.inbox, at, ...what,
  } as Observation);
}

type SharedFields = Pick<Observation, 'conversation' | 'number' | 'episode' | 'source' | 'channel' | 'inbox' | 'at'>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
