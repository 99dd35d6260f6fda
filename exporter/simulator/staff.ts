import type { Agent, Business } from './business.ts';
import type { LocalTime } from './local-time.ts';
import { random } from './random.ts';

/**
 * What can go wrong on purpose. `crowd`: one agent is left and requests pour in; `half-staff`: half of those on duty are missing; `bot`: the bot
 * gives nearly everybody to a person; `service`: nobody likes how they were treated.
 */
export type Trouble = 'crowd' | 'half-staff' | 'bot' | 'service';

/** A forced incident, epoch ms, until `to` or for good; a `crowd` unless it says otherwise. */
export interface Incident { readonly from: number; readonly to?: number; readonly kind?: Trouble }

/** A place in the line for an agent. */
export interface Ticket {
  readonly since: number;
  /** Who took it; undefined while waiting and after it expired. */
  readonly agent: Agent | undefined;
  readonly state: 'waiting' | 'taken' | 'expired';
  /** Calls back when the ticket is taken or expires; at once when that has happened. */
  onTaken(then: () => void): void;
  /** Calls back when an agent takes it, and not when it expires. */
  onAgent(then: (agent: Agent) => void): void;
}

/** Agents with several chats each and one line in front of them: waiting times come out of it, nobody draws them. */
export interface Staff {
  /** Joins the line; urgent tickets (transfers, returning cases) go first. */
  queue(now: number, urgent?: boolean): Ticket;
  release(agent: Agent, now: number): void;
  /** Gives waiting tickets to free agents; to be called whenever shifts may have changed. */
  dispatch(now: number): void;
  /** Chats the agent holds. */
  load(agent: Agent): number;
  /** Tickets in the line. */
  readonly waiting: number;
}

/** After this long in the line a ticket expires: nobody will answer it any more. */
export const EXPIRES_AFTER = 3 * 3_600_000;

/** Nobody is in the line yet. */
export function staff(agents: readonly Agent[], onDuty: (agent: Agent, t: number) => boolean): Staff {
  const chats = new Map<Agent, number>(agents.map((agent) => [agent, 0]));
  const urgentLine: OpenTicket[] = [];
  const line: OpenTicket[] = [];
  const load = (agent: Agent): number => chats.get(agent) ?? 0;
  const freest = (now: number): Agent | undefined => agents
    .filter((agent) => load(agent) < agent.chats && onDuty(agent, now))
    .sort((a, b) => load(a) / a.chats - load(b) / b.chats || a.id - b.id)[0];

  const dispatch = (now: number): void => {
    for (;;) {
      const from = urgentLine.length > 0 ? urgentLine : line;
      const next = from[0];
      if (next === undefined) return;
      const agent = now - next.since > EXPIRES_AFTER ? undefined : freest(now);
      if (agent === undefined && now - next.since <= EXPIRES_AFTER) return;
      from.shift();
      if (agent !== undefined) chats.set(agent, load(agent) + 1);
      next.settle(agent);
    }
  };

  return {
    load,
    dispatch,
    queue(now, urgent = false) {
      const ticket = openTicket(now);
      (urgent ? urgentLine : line).push(ticket);
      dispatch(now);
      return ticket;
    },
    release(agent, now) {
      chats.set(agent, Math.max(0, load(agent) - 1));
      dispatch(now);
    },
    get waiting() { return urgentLine.length + line.length; },
  };
}

interface OpenTicket extends Ticket { settle(agent: Agent | undefined): void }

function openTicket(since: number): OpenTicket {
  let agent: Agent | undefined;
  let state: Ticket['state'] = 'waiting';
  const waiting: (() => void)[] = [];
  const onTaken = (then: () => void): void => {
    if (state === 'waiting') waiting.push(then);
    else then();
  };
  return {
    since,
    get agent() { return agent; },
    get state() { return state; },
    onTaken,
    onAgent: (then) => onTaken(() => { if (agent !== undefined) then(agent); }),
    settle(by) {
      agent = by;
      state = by === undefined ? 'expired' : 'taken';
      for (const then of waiting) then();
    },
  };
}

/**
 * Who works when: shifts, breaks and days off; every six or seven days half of the late shift or more is missing in the evening;
 * in a forced incident half of them are left, or one.
 */
export function roster(
  { seed, business, incidents }: { readonly seed: string; readonly business: Business; readonly incidents: readonly Incident[] },
  clock: (t: number) => LocalTime,
): (agent: Agent, t: number) => boolean {
  const offset = random(seed, 'incidents').int(INCIDENT_CYCLE);
  const rostered = (at: LocalTime): readonly Agent[] => business.agents.filter((agent) => inShift(agent, at) && !onBreak(agent, at));
  const present = (at: LocalTime): readonly Agent[] => {
    const all = rostered(at);
    return isShortEvening(at, offset) ? halfOf(all) : all;
  };
  // A free agent is looked for by asking about each one at the same moment.
  let moment = NaN;
  let team: readonly Agent[] = [];
  return (agent, t) => {
    if (t !== moment) {
      const at = clock(t);
      [moment, team] = [t, during(incidents, t, 'crowd') ? rostered(at).slice(0, 1) : during(incidents, t, 'half-staff') ? halfOf(rostered(at)) : present(at)];
    }
    return team.includes(agent);
  };
}

/** Half of them, rounded down, but somebody. */
const halfOf = (team: readonly Agent[]): readonly Agent[] => team.slice(Math.min(team.length - 1, Math.ceil(team.length / 2)));

/** Whether a forced incident of one of these kinds is on at `t`. */
export const during = (incidents: readonly Incident[], t: number, ...kinds: readonly Trouble[]): boolean =>
  incidents.some(({ from, to = Infinity, kind = 'crowd' }) => kinds.includes(kind) && t >= from && t < to);

const INCIDENT_CYCLE = 13;

const isShortEvening = (at: LocalTime, offset: number): boolean =>
  [0, 6].includes((at.day + offset) % INCIDENT_CYCLE) && at.hour >= 18 && at.hour < 20.75;

const onBreak = ({ pause }: Agent, { hour }: LocalTime): boolean => pause !== null && hour >= pause && hour < pause + 0.5;

function inShift(agent: Agent, { hour, weekday }: LocalTime): boolean {
  if (agent.from < agent.to) return hour >= agent.from && hour < agent.to && !agent.off.includes(weekday);
  if (hour >= agent.from) return !agent.off.includes(weekday);
  return hour < agent.to && !agent.off.includes((weekday + 6) % 7);
}
