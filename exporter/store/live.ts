import { liveCounts, type ConversationState } from '../core/state.ts';

/** Key prefix of the live gauges among the totals. */
export const LIVE_PREFIX = '@live|';

const NAMES = ['open', 'waiting', 'overdue', 'unassigned'] as const;

/** Adds what a conversation contributes to the live gauges now, less what it did before. */
export function addLive(before: ConversationState | undefined, state: ConversationState, totals: Map<string, number>): void {
  const was = liveCounts(before);
  const is = liveCounts(state);
  const stays = before?.open?.channel === state.open?.channel && before?.open?.inbox === state.open?.inbox;
  for (const name of NAMES) {
    if (stays && state.open) add(name, state.open, is[name] - was[name], totals);
    else {
      if (before?.open) add(name, before.open, -was[name], totals);
      if (state.open) add(name, state.open, is[name], totals);
    }
  }
}

function add(name: string, place: { readonly channel: string; readonly inbox: string }, delta: number, totals: Map<string, number>): void {
  if (delta === 0) return; // most conversations with a new message count as they did
  const key = `${LIVE_PREFIX}${name}|${place.channel}|${place.inbox}`;
  const value = (totals.get(key) ?? 0) + delta;
  if (value === 0) totals.delete(key);
  else totals.set(key, value);
}
