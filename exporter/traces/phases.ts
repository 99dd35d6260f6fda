/** Whom an episode waited for, moment by moment: phases that tile it without gap or overlap. */
import { apply, newState, start } from '../core/conversation.ts';
import type { Step } from '../core/conversation.ts';
import type { CanonicalEvent } from '../core/event.ts';
import type { EpisodeFact } from '../core/fact.ts';
import type { Settings } from '../core/settings.ts';
import { waitStart } from '../core/state.ts';
import type { ConversationState } from '../core/state.ts';
import type { Timeline } from './timeline.ts';

export const PHASES = ['bot', 'queue', 'agent', 'customer', 'hold'] as const;
export type Phase = (typeof PHASES)[number];

/** Epoch milliseconds UTC; the end is after the start. */
export interface PhaseSpan { readonly phase: Phase; readonly start: number; readonly end: number }

/**
 * The phases of an episode. A closed one is tiled from opening to end; of an open one only what nothing later can change in the
 * usual case: phases that another one has followed.
 */
export function phasesOf(episode: EpisodeFact, timeline: Timeline, settings: Settings): readonly PhaseSpan[] {
  const steps = withdraw(episode, timeline, settings);
  const walk: Walk = { at: episode.openedAt, segments: [], botSeen: false, released: false };
  const machine = start(episode.conversation, carried(episode, timeline.before), settings);
  const { state } = machine; // one object that goes on: a copy for each step would be a third of all the work
  for (const step of steps) {
    const before = glance(state);
    cut(walk, step.event.t, standing(state, walk), before.assigned);
    apply(machine, step);
    note(walk, step, before, state);
  }
  if (episode.endedAt === null) return over(merge(walk.segments), standing(state, walk));
  cut(walk, episode.endedAt, standing(state, walk), state.agent !== undefined);
  decide(walk, state.open?.human === true || !walk.botSeen ? 'nobody' : 'bot');
  return merge(walk.segments).filter(isDecided);
}

interface Segment { phase: Phase | 'unclear'; start: number; end: number; assigned: boolean }
/** `released`: the agent who had the conversation gave it back. */
interface Walk { at: number; segments: Segment[]; botSeen: boolean; released: boolean }

/** What the machine's state says about the time from now on. Who will answer an unclear wait shows when it ends. */
function standing(state: ConversationState, walk: Walk): Phase | 'unclear' {
  const { open } = state;
  if (!open) return 'customer';
  if (open.snoozedAt !== undefined) return 'hold';
  if (waitStart(open) === undefined) return 'customer';
  return open.human && (state.agent !== undefined || (open.agentMessages > 0 && !walk.released)) ? 'agent' : 'unclear';
}

function cut(walk: Walk, until: number, phase: Phase | 'unclear', assigned: boolean): void {
  if (until <= walk.at) return;
  walk.segments.push({ phase, start: walk.at, end: until, assigned });
  walk.at = until;
}

/** What of a state is compared with how it was before. */
interface Glance { readonly assigned: boolean; readonly waiting: boolean; readonly handoffs: number }

const glance = ({ agent, open }: ConversationState): Glance =>
  ({ assigned: agent !== undefined, waiting: open !== undefined && waitStart(open) !== undefined, handoffs: open?.handoffs ?? 0 });

/** Learns from what just happened, and decides the wait behind us when it tells who that wait was for. */
function note(walk: Walk, step: Step, before: Glance, state: ConversationState): void {
  const { event } = step;
  const after = glance(state);
  const author = event.kind === 'message.outbound' && !step.failed ? event.author : undefined;
  const answered = before.waiting && !after.waiting;
  if (author === 'bot') walk.botSeen = true;
  if (answered && author === 'agent') decide(walk, 'agent');
  else if (answered && author === 'bot') decide(walk, 'bot');
  else if (after.handoffs > before.handoffs) {
    const byBot = event.kind === 'conversation.snapshot' || (event.kind === 'conversation.handoff' && event.by === 'bot');
    decide(walk, walk.botSeen || byBot ? 'bot' : 'nobody');
  } else if (state.open?.human && !before.assigned && after.assigned) decide(walk, 'nobody');
  if (author === 'agent' || after.assigned) walk.released = false;
  else if (before.assigned) walk.released = true;
}

/** Names the unclear segments so far after who ended them. Before an assignment the customer was queueing; if none came, for the agent. */
function decide(walk: Walk, by: 'agent' | 'bot' | 'nobody'): void {
  const unclear = walk.segments.filter((segment) => segment.phase === 'unclear');
  const taken = unclear.some((segment) => segment.assigned);
  for (const segment of unclear) {
    if (by === 'bot') segment.phase = 'bot';
    else if (by === 'agent') segment.phase = segment.assigned || !taken ? 'agent' : 'queue';
    else segment.phase = segment.assigned ? 'agent' : 'queue';
  }
}

function merge(segments: readonly Segment[]): readonly Segment[] {
  const merged: Segment[] = [];
  for (const segment of segments) {
    const last = merged.at(-1);
    if (last && last.phase === segment.phase) last.end = segment.end;
    else merged.push({ ...segment });
  }
  return merged;
}

const isDecided = (segment: Segment): segment is Segment & { phase: Phase } => segment.phase !== 'unclear';

/** The segments that are over, when `now` goes on: a wait whose end is open may still turn out to be the agent's turn before it. */
function over(segments: readonly Segment[], now: Phase | 'unclear'): readonly PhaseSpan[] {
  const firstUnclear = segments.findIndex((segment) => !isDecided(segment));
  const decided = (firstUnclear === -1 ? segments : segments.slice(0, firstUnclear)).filter(isDecided);
  const next = firstUnclear === -1 ? now : 'unclear';
  const last = decided.at(-1);
  const mayGoOn = last && (last.phase === next || (next === 'unclear' && last.phase !== 'customer' && last.phase !== 'hold'));
  return mayGoOn ? decided.slice(0, -1) : decided;
}

/** Marks customer messages that were deleted before anybody answered: the machine must treat them as never written. */
function withdraw(episode: EpisodeFact, { steps, before }: Timeline, settings: Settings): readonly Step[] {
  if (!steps.some(({ event }) => event.kind === 'message.deleted')) return steps;
  const withdrawn = new Set<string>();
  const machine = start(episode.conversation, carried(episode, before), settings);
  for (const step of steps) {
    const { event } = step;
    if (event.kind === 'message.deleted' && machine.state.open?.list.some(([message]) => message === event.message)) withdrawn.add(event.message);
    apply(machine, step);
  }
  return steps.map((step) => (step.event.kind === 'message.inbound' && withdrawn.has(step.event.message) ? { ...step, withdrawn: true } : step));
}

/** What the conversation brought along: the number of episodes, whose it was, and the source's word for its state. */
function carried(episode: EpisodeFact, before: readonly CanonicalEvent[]): ConversationState {
  const state = newState();
  state.episodes = episode.number - 1;
  for (const event of before) {
    if (event.kind === 'conversation.assigned' && event.toType !== 'team') setAgent(state, event.toType === 'agent' ? event.toId : null);
    else if (event.kind === 'conversation.unassigned') setAgent(state, null);
    else if (event.kind === 'conversation.snapshot') {
      if (event.agent !== undefined) setAgent(state, event.agent);
      if (event.status !== undefined) state.status = event.status;
    }
  }
  return state;
}

function setAgent(state: ConversationState, agent: string | null): void {
  if (agent === null) delete state.agent;
  else state.agent = agent;
}
