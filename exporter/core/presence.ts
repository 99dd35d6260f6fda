/** When agents were there, from what their help desk says about them. Pure. */
import type { AgentStatus } from './event.ts';

/** `at`: epoch milliseconds UTC. */
export interface PresenceEvent { readonly at: number; readonly status: AgentStatus }

/** A stretch of time, half-open, in epoch milliseconds UTC. */
export interface Stretch { readonly from: number; readonly to: number }

const isThere = (status: AgentStatus): boolean => status === 'online' || status === 'busy';

/**
 * The online time of one agent, one stretch per status, from its status events in order. `away` and `offline` end it, whenever they come;
 * where no end was told, because nothing came or the next word is that the agent is there (again), a stretch lasts `limitSeconds` at most.
 */
export function onlineStretches(events: readonly PresenceEvent[], limitSeconds: number): readonly Stretch[] {
  return events.flatMap(({ at, status }, index) => {
    if (!isThere(status)) return [];
    const next = events[index + 1];
    const limit = at + limitSeconds * 1000;
    const to = next === undefined ? limit : isThere(next.status) ? Math.min(next.at, limit) : next.at;
    return to > at ? [{ from: at, to }] : [];
  });
}
