/** What a list of statuses says that was not said before. */
import type { AgentStatus, ParsedEvent } from '../core/event.ts';
import { list, record, type Json } from '../sources/json.ts';

/** An agent as an API shows it now; `since` is when the status began, where it is told: epoch ms. */
export interface Standing { readonly agent: string; readonly status: AgentStatus; readonly since?: number }

/** A status that does not change is told again so often, so that it does not look forgotten. */
const REMIND_MS = 3_600_000;

/** Events of what changed since the last look, and what to remember for the next one. */
export function presenceOf(before: unknown, agents: readonly Standing[], place: { readonly source: string; readonly inbox: string }, now: number): { readonly events: readonly ParsedEvent[]; readonly seen: Json } {
  const seen: Record<string, readonly [status: AgentStatus, toldAt: number, since: number]> = {};
  const events: ParsedEvent[] = [];
  for (const { agent, status, since } of agents) {
    const [lastStatus, toldAt, lastSince] = list(record(before)[agent]);
    const isNew = lastStatus !== status || (since !== undefined && lastSince !== since);
    const isDue = isNew || typeof toldAt !== 'number' || now - toldAt >= REMIND_MS;
    const t = isNew ? since ?? now : now;
    seen[agent] = [status, isDue ? now : toldAt, since ?? 0];
    if (isDue) events.push({ ...place, id: `presence:${agent}:${t}`, t, receivedAt: now, channel: 'other', kind: 'agent.status', agent, status });
  }
  return { events, seen };
}
