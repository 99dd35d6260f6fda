import { liveCounts, type ConversationState } from '../core/state.ts';

/** Key prefix of the live gauges among the totals. */
export const LIVE_PREFIX = '@live|';

/** Adds what a conversation contributes to the live gauges now, less what it did before. */
export function addLive(before: ConversationState | undefined, state: ConversationState, totals: Map<string, number>): void {
  const was = liveCounts(before);
  const is = liveCounts(state);
  for (const name of ['open', 'waiting', 'overdue', 'unassigned'] as const) {
    if (before?.open) add(name, before.open, -was[name], totals);
    if (state.open) add(name, state.open, is[name], totals);
  }
}

function add(name: string, place: { readonly channel: string; readonly inbox: string }, delta: number, totals: Map<string, number>): void {
  if (delta === 0) return;
  const key = `${LIVE_PREFIX}${name}|${place.channel}|${place.inbox}`;
  const value = (totals.get(key) ?? 0) + delta;
  if (value === 0) totals.delete(key);
  else totals.set(key, value);
}
