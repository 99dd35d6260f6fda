/**
 * The conversation machine: events of one conversation, in order, become episodes, waits and facts.
 * Pure and total: no clock, no I/O, no randomness, never throws. The rules and their reasons are in docs/kpis.md.
 * Longer than a module should be: the rules call one another, and a reader wants all that moves a wait on one page.
 */
import { calendarOf } from './calendar.ts';
import { closeEpisode } from './episode.ts';
import { compareKeys, orderKeyOf, type CanonicalEvent, type OrderKey, type Payload, type Resolver } from './event.ts';
import type { EpisodeFact, Fact, Initiator } from './fact.ts';
import { inactivityDeadline, observe, seconds, type Machine } from './machine.ts';
import type { Settings } from './settings.ts';
import { answerTo, remember } from './survey.ts';
import { reviewTargets, wakeAt } from './targets.ts';
import { emptyTally, LISTED, waitStart, type Carried, type ConversationState, type OpenEpisode } from './state.ts';

/** What a fold concluded. `closed` has one row per episode that ended. */
export interface Folded {
  readonly state: ConversationState;
  readonly facts: readonly Fact[];
  readonly closed: readonly EpisodeFact[];
}

/** An event that may carry what only its whole history tells. */
export interface Step {
  readonly event: CanonicalEvent;
  /** An outbound message that never reached the customer. */
  readonly failed?: boolean;
  /** An inbound message that was deleted before anybody answered. */
  readonly withdrawn?: boolean;
}

/** A conversation of which nothing is known. */
export const newState = (): ConversationState => ({ episodes: 0, tally: emptyTally(), counted: emptyTally() });

/** Whether the event comes after everything the state has seen, so that folding can simply go on. */
export function isInOrder(state: ConversationState, event: CanonicalEvent): boolean {
  return (state.key === undefined || compareKeys(orderKeyOf(event), state.key) > 0) && event.t >= (state.tickedAt ?? -Infinity);
}

/** Whether a late event lies within the latest episode, so that folding again can start at its opening. */
export function isBehindBase(state: ConversationState, key: OrderKey): boolean {
  const { base } = state;
  return base === undefined || (base.key !== undefined && compareKeys(key, base.key) <= 0) || key[0] < (base.tickedAt ?? -Infinity);
}

/** Continues from a stored state with later events. The state given is not changed. */
export function fold(id: string, state: ConversationState | undefined, steps: readonly Step[], settings: Settings): Folded {
  const machine = start(id, state ?? newState(), settings);
  for (const step of steps) apply(machine, step);
  return machine;
}

/**
 * Lets time pass: closes by inactivity, decides targets. It goes from deadline to deadline, so that the state is as of the last one
 * that passed: an event between that and `now`, still on its way, is not late.
 */
export function tick(id: string, state: ConversationState, now: number, settings: Settings): Folded {
  const machine = start(id, state, settings);
  for (let at = nextWake(machine.state, settings); at !== undefined && at <= now; at = nextWake(machine.state, settings)) {
    if (!advance(machine, at)) break;
    machine.state.tickedAt = Math.max(at, machine.state.tickedAt ?? at);
  }
  return machine;
}

/** The next instant at which time alone changes something: epoch milliseconds; undefined: never. */
export const nextWake = (state: ConversationState, settings: Settings): number | undefined => state.open && wakeAt(state.open, settings);

/** A machine that goes on from a state, which is not changed. */
export function start(id: string, state: ConversationState, settings: Settings): Machine {
  const copy: ConversationState = { ...state, tally: { ...state.tally }, counted: { ...state.counted } };
  if (state.open) copy.open = { ...state.open, list: [...state.open.list], snoozes: [...state.open.snoozes] };
  return { id, settings, calendar: calendarOf(settings.calendars), state: copy, facts: [], closed: [] };
}

/** Brings the episode to `now`. Returns whether anything changed. */
function advance(machine: Machine, now: number): boolean {
  const { open } = machine.state;
  if (!open) return false;
  const deadline = inactivityDeadline(open, machine.settings);
  if (deadline !== undefined && now >= deadline) {
    // Targets first, as they stood before the close, so that the clock may run once or ten times in between.
    reviewTargets(machine, open, deadline);
    resolve(machine, deadline, 'system', 'inactivity');
    // What comes next starts behind this instant: a late event from before it must not be folded into what follows.
    machine.state.tickedAt = Math.max(deadline, machine.state.tickedAt ?? deadline);
    return true;
  }
  return reviewTargets(machine, open, now);
}

/** Takes one step; the machine's own state changes with it. */
export function apply(machine: Machine, step: Step): void {
  const { event } = step;
  advance(machine, event.t);
  if (event.kind === 'conversation.snapshot') {
    for (const change of changesOf(machine.state, event)) happen(machine, event, change, step);
    if (event.status !== undefined) machine.state.status = event.status;
  } else {
    happen(machine, event, event, step);
  }
  machine.state.key = orderKeyOf(event);
  if (machine.state.open) reviewTargets(machine, machine.state.open, event.t);
}

function happen(machine: Machine, at: CanonicalEvent, what: Payload, step: Step): void {
  const { state } = machine;
  switch (what.kind) {
    case 'message.inbound': return inbound(machine, at, what, step.withdrawn === true);
    case 'message.outbound': return outbound(machine, at, what, step.failed === true);
    case 'conversation.reopened': if (!state.open) openEpisode(machine, at, 'agent'); return;
    case 'conversation.handoff': return handoff(machine, at);
    case 'conversation.assigned': return assign(machine, at, what.toType, what.toId);
    case 'conversation.unassigned': return unassign(state);
    case 'conversation.snoozed': if (state.open && state.open.snoozedAt === undefined) state.open.snoozedAt = at.t; return;
    case 'conversation.unsnoozed': return endSnooze(state.open, at.t);
    case 'conversation.classified': if (state.open) state.open.topic = what.topic; return;
    case 'conversation.resolved': return resolve(machine, at.t, what.by, what.reason ?? 'done');
    case 'survey.sent': case 'survey.answered': return remember(state, at, what);
    default: return; // everything else changes no clock
  }
}

/** The changes between what we know and what a source says is so, in the order in which they would have been told. */
function changesOf(state: ConversationState, now: Extract<Payload, { kind: 'conversation.snapshot' }>): readonly Payload[] {
  const before = state.status;
  const changes: Payload[] = [];
  const moved = now.status !== undefined && now.status !== before;
  if (moved && before === 'snoozed') changes.push({ kind: 'conversation.unsnoozed' });
  if (moved && before === 'resolved' && now.status === 'open') changes.push({ kind: 'conversation.reopened' });
  if (now.topic != null && now.topic !== state.open?.topic) changes.push({ kind: 'conversation.classified', topic: now.topic });
  if (moved && before === 'pending' && now.status === 'open') changes.push({ kind: 'conversation.handoff', by: 'bot' });
  if (moved && before === 'open' && now.status === 'pending') changes.push({ kind: 'conversation.assigned', toType: 'bot', toId: 'bot' });
  if (now.team != null && now.team !== state.team) changes.push({ kind: 'conversation.assigned', toType: 'team', toId: now.team });
  if (now.agent === null && state.agent !== undefined) changes.push({ kind: 'conversation.unassigned' });
  else if (now.agent != null && now.agent !== state.agent) changes.push({ kind: 'conversation.assigned', toType: 'agent', toId: now.agent });
  if (moved && now.status === 'snoozed') changes.push({ kind: 'conversation.snoozed' });
  // Who resolved is not told: while the bot had it, the bot did; else a person.
  if (moved && now.status === 'resolved') changes.push({ kind: 'conversation.resolved', by: before === 'pending' ? 'bot' : 'agent' });
  return changes;
}

function openEpisode(machine: Machine, at: CanonicalEvent, initiator: Initiator): OpenEpisode {
  const { state } = machine;
  const { base: _base, open: _open, counted: _counted, ...carried } = state;
  state.base = { ...carried, tally: { ...carried.tally } } satisfies Carried;
  state.episodes += 1;
  state.tally.opened += 1;
  const open: OpenEpisode = {
    number: state.episodes, source: at.source, channel: at.channel, inbox: at.inbox, initiator, openedAt: at.t, activeAt: at.t, human: false, list: [], more: 0,
    inboundMessages: 0, withdrawnMessages: 0, agentMessages: 0, botMessages: 0, failedMessages: 0, handoffs: 0, transfers: 0, engagedMs: 0,
    expectsReply: false, responses: 0, snoozes: [], overdue: false, slaFirstResponse: 'undecided', slaResolution: 'undecided',
  };
  if (at.contact !== undefined) open.contact = at.contact;
  if (state.agent !== undefined || (state.team !== undefined && !state.free)) open.assigned = true;
  state.open = open;
  machine.facts.push({ type: 'opened', channel: at.channel, inbox: at.inbox, initiator, episode: state.episodes === 1 ? 'first' : 'reopened' });
  return open;
}

function inbound(machine: Machine, at: CanonicalEvent, what: Extract<Payload, { kind: 'message.inbound' }>, withdrawn: boolean): void {
  if (what.surveyAnswer || what.optOut || answersSurvey(machine, at, what)) return;
  const { state } = machine;
  if (what.needsReply === false) {
    if (state.open?.demandAt !== undefined) touch(machine, state.open, at.t);
    return;
  }
  const open = state.open ?? openEpisode(machine, at, 'contact');
  if (at.contact !== undefined) open.contact ??= at.contact;
  open.lastAt = open.activeAt = at.t;
  if (withdrawn) { open.withdrawnMessages += 1; return; }
  open.inboundMessages += 1;
  if (what.topic !== undefined) open.topic ??= what.topic; // a label of the help desk goes before it and takes its place
  if (open.demandAt === undefined) {
    open.demandAt = open.gapFrom = at.t;
    if (state.agent !== undefined) observeQueue(machine, open, at.t, 0);
  }
  touch(machine, open, at.t);
  endSnooze(open, at.t);
  if (open.list.length < LISTED) open.list.push([what.message, at.t]);
  else open.more += 1;
}

/** A number after a survey is its answer: it opens nothing and nobody waits. */
function answersSurvey(machine: Machine, at: CanonicalEvent, what: Extract<Payload, { kind: 'message.inbound' }>): boolean {
  const { state, settings } = machine;
  const { survey } = state;
  const score = answerTo(survey, at.t, what.rating, settings);
  if (!survey || score === undefined) return false;
  delete state.survey;
  const reply = { source: survey.source, survey: survey.survey, surveyType: survey.type, message: what.message, at: at.t, score };
  machine.facts.push({ type: 'survey_reply', channel: at.channel, inbox: at.inbox, reply });
  return true;
}

function outbound(machine: Machine, at: CanonicalEvent, what: Extract<Payload, { kind: 'message.outbound' }>, failed: boolean): void {
  const { state } = machine;
  if (failed) {
    if (what.author === 'agent' && state.open?.demandAt !== undefined) state.open.failedMessages += 1;
    return;
  }
  remember(state, at, what);
  if (what.author === 'agent') return agentMessage(machine, at, what);
  if (what.author === 'bot' && state.open) return botMessage(machine, state.open, at, what);
  if (what.author === 'campaign') {
    const open = state.open ?? openEpisode(machine, at, 'campaign');
    if (at.contact !== undefined) open.contact ??= at.contact;
    open.activeAt = at.t;
  }
}

function agentMessage(machine: Machine, at: CanonicalEvent, what: Extract<Payload, { kind: 'message.outbound' }>): void {
  const { state } = machine;
  const open = state.open ?? openEpisode(machine, at, 'agent');
  if (at.contact !== undefined) open.contact ??= at.contact;
  const first = open.demandAt !== undefined && open.agentMessages === 0;
  if (first) {
    open.firstHumanAt = at.t;
    observe(machine, open, at.t, { type: 'first_human', seconds: seconds(open.demandAt!, at.t) });
  }
  const from = waitStart(open);
  if (from !== undefined) respond(machine, open, at.t, from, first, what.authorId);
  open.list = [];
  open.more = 0;
  delete open.handoffAt;
  open.human = true;
  if (open.demandAt !== undefined) open.agentMessages += 1;
  open.expectsReply = what.expectsReply === true;
  touch(machine, open, at.t);
}

function respond(machine: Machine, open: OpenEpisode, at: number, from: number, first: boolean, author: string | undefined): void {
  const { state, calendar } = machine;
  const businessSeconds = calendar.businessSeconds(from, at);
  // A9 belongs to the author only when the conversation was theirs; a reply without an author is taken for the assignee's.
  const mine = state.agent !== undefined && (author === undefined || author === state.agent);
  const assignSeconds = mine ? seconds(Math.max(from, state.agentSince ?? from), at) : undefined;
  if (first) {
    open.frtStart = from;
    open.frtAt = at;
    open.frtBusinessSeconds = businessSeconds;
    if (author !== undefined) open.frtAgent = author;
    if (assignSeconds !== undefined) open.assignToResponseSeconds = assignSeconds;
  }
  observe(machine, open, at, {
    type: 'response', nth: open.responses++, seconds: seconds(from, at), businessSeconds, first,
    ...(author === undefined ? {} : { agent: author }), ...(assignSeconds === undefined ? {} : { assignSeconds }),
  });
}

function botMessage(machine: Machine, open: OpenEpisode, at: CanonicalEvent, what: Extract<Payload, { kind: 'message.outbound' }>): void {
  if (open.demandAt !== undefined) {
    if (open.botMessages === 0) {
      open.firstBotAt = at.t;
      if (open.agentMessages === 0) {
        open.botFrtSeconds = seconds(open.demandAt, at.t);
        observe(machine, open, at.t, { type: 'first_bot', seconds: open.botFrtSeconds });
      }
    }
    open.botMessages += 1;
  }
  if (!open.human) { open.list = []; open.more = 0; }
  open.expectsReply = what.expectsReply === true;
  touch(machine, open, at.t);
}

function handoff(machine: Machine, at: CanonicalEvent): void {
  const { state: { open, agent, tally } } = machine;
  if (!open || open.human || open.demandAt === undefined) return;
  open.human = true;
  open.handoffAt = at.t;
  open.handoffs += 1;
  tally.handoff += 1;
  machine.facts.push({ type: 'handoff', channel: open.channel, inbox: open.inbox });
  if (open.firstHandoffAt === undefined) {
    open.firstHandoffAt = at.t;
    if (open.agentMessages > 0) return;
    if (agent !== undefined) observeQueue(machine, open, at.t, 0);
    else delete open.queueSeconds; // whoever had it before the bot is gone: the customer queues from here
  }
}

function assign(machine: Machine, at: CanonicalEvent, toType: 'agent' | 'team' | 'bot', toId: string): void {
  const { state } = machine;
  const { open } = state;
  if (toType === 'bot') {
    delete state.agent;
    delete state.agentSince;
    if (open) open.human = false;
    return;
  }
  const before = toType === 'agent' ? state.agent : state.free ? undefined : state.team;
  if (before === toId) return;
  if (open) open.assigned = true;
  if (toType === 'team') { state.team = toId; delete state.free; }
  else {
    state.agent = toId;
    state.agentSince = at.t;
    if (open?.demandAt !== undefined && open.queueSeconds === undefined && open.agentMessages === 0) {
      observeQueue(machine, open, at.t, seconds(open.firstHandoffAt ?? open.demandAt, at.t));
    }
  }
  if (open && before !== undefined) {
    open.transfers += 1;
    state.tally.transfer += 1;
    machine.facts.push({ type: 'transfer', channel: open.channel, inbox: open.inbox });
  }
}

function unassign(state: ConversationState): void {
  delete state.agent;
  delete state.agentSince;
  if (state.team !== undefined) state.free = true;
}

/** A8. Written again when a hand-off comes after the assignment: then nobody queued. */
function observeQueue(machine: Machine, open: OpenEpisode, at: number, value: number): void {
  open.queueSeconds = value;
  observe(machine, open, at, { type: 'queue', seconds: value });
}

function endSnooze(open: OpenEpisode | undefined, at: number): void {
  if (open?.snoozedAt === undefined) return;
  open.snoozes.push([open.snoozedAt, at]);
  delete open.snoozedAt;
}

/** A message of the conversation proper: last activity, and the gap before it if it was short. */
function touch(machine: Machine, open: OpenEpisode, at: number): void {
  open.lastAt = open.activeAt = at;
  if (open.gapFrom === undefined) return;
  const gap = at - open.gapFrom;
  if (gap <= machine.settings.engagedGapSeconds * 1000) open.engagedMs += gap;
  open.gapFrom = at;
}

function resolve(machine: Machine, at: number, by: Resolver, reason: 'done' | 'confirmed' | 'inactivity'): void {
  const { state } = machine;
  const { open } = state;
  if (!open) return;
  endSnooze(open, at);
  closeEpisode(machine, open, at, by, reason);
  delete state.open;
}
