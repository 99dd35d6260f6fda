/** Targets of an open or closing episode: first response (A10), resolution (B11), overdue (A11). */
import type { Outcome } from './fact.ts';
import { inactivityDeadline, observe, type Machine } from './machine.ts';
import type { Settings } from './settings.ts';
import { waitStart, type OpenEpisode, type SlaResult } from './state.ts';

/** What the close of an episode tells about its targets. */
export interface ClosedAs { readonly outcome: Outcome; readonly resolutionSeconds: number | null }

/**
 * Decides the targets as they stand at `now` and reports what changed. A miss is dated at its deadline, so it does not matter
 * whether the clock, a late answer or the close brought it to light. Returns whether anything changed.
 */
export function reviewTargets(machine: Machine, open: OpenEpisode, now: number, closed?: ClosedAs): boolean {
  const { settings } = machine;
  const first = firstResponse(open, now, settings, closed);
  const resolution = resolutionTarget(open, now, settings, closed);
  const overdue = closed === undefined && isOverdue(open, now, settings);
  const changed = first.result !== open.slaFirstResponse || resolution.result !== open.slaResolution || overdue !== open.overdue;
  if (first.result !== open.slaFirstResponse) {
    open.slaFirstResponse = first.result;
    observe(machine, open, first.at, { type: 'sla', sla: 'first_response', result: first.result });
  }
  if (resolution.result !== open.slaResolution) {
    open.slaResolution = resolution.result;
    observe(machine, open, resolution.at, { type: 'sla', sla: 'resolution', result: resolution.result });
  }
  open.overdue = overdue;
  return changed;
}

/** The next instant at which time alone changes something; undefined: never. */
export function wakeAt(open: OpenEpisode, settings: Settings): number | undefined {
  const earliest = Math.min(
    inactivityDeadline(open, settings) ?? Infinity, firstResponseDeadline(open, settings) ?? Infinity,
    resolutionDeadline(open, settings) ?? Infinity, overdueDeadline(open, settings) ?? Infinity);
  return earliest === Infinity ? undefined : earliest;
}

interface Decision { readonly result: SlaResult; readonly at: number }

function firstResponse(open: OpenEpisode, now: number, settings: Settings, closed: ClosedAs | undefined): Decision {
  const target = settings.slaFirstResponseSeconds * 1000;
  if (open.frtAt !== undefined && open.frtStart !== undefined) {
    return open.frtAt - open.frtStart <= target ? { result: 'met', at: open.frtAt } : { result: 'missed', at: open.frtStart + target };
  }
  const from = waitStart(open);
  if (from === undefined || now - from <= target) return { result: 'undecided', at: now };
  const leftWaiting = closed ? closed.outcome === 'missed' || closed.outcome === 'abandoned' : waitsForHuman(open);
  return leftWaiting ? { result: 'missed', at: from + target } : { result: 'undecided', at: now };
}

const waitsForHuman = (open: OpenEpisode): boolean => open.human || open.botMessages === 0;

function resolutionTarget(open: OpenEpisode, now: number, settings: Settings, closed: ClosedAs | undefined): Decision {
  const target = settings.slaResolutionSeconds * 1000;
  const from = open.demandAt;
  if (from === undefined) return { result: 'undecided', at: now };
  if (closed?.resolutionSeconds != null) {
    return closed.resolutionSeconds * 1000 <= target ? { result: 'met', at: now } : { result: 'missed', at: from + target };
  }
  // A source that never says "resolved" leaves every episode open for a day: only its close can tell.
  const unresolved = closed ? closed.outcome === 'missed' || closed.outcome === 'abandoned' : settings.hasResolution;
  return unresolved && now - from > target ? { result: 'missed', at: from + target } : { result: 'undecided', at: now };
}

/** Sources that never resolve are overdue only while somebody waits: their answered episodes merely have not ended yet. */
const overdueFrom = (open: OpenEpisode, settings: Settings): number | undefined =>
  open.snoozedAt !== undefined || open.demandAt === undefined ? undefined : settings.hasResolution ? open.demandAt : waitStart(open);

function isOverdue(open: OpenEpisode, now: number, settings: Settings): boolean {
  const from = overdueFrom(open, settings);
  return from !== undefined && now - from > settings.overdueSeconds * 1000;
}

/** "More than the target" begins one millisecond after it. */
const after = (from: number, targetSeconds: number): number => from + targetSeconds * 1000 + 1;

function firstResponseDeadline(open: OpenEpisode, settings: Settings): number | undefined {
  const from = waitStart(open);
  return open.slaFirstResponse === 'undecided' && from !== undefined && waitsForHuman(open) ? after(from, settings.slaFirstResponseSeconds) : undefined;
}

const resolutionDeadline = (open: OpenEpisode, settings: Settings): number | undefined =>
  open.slaResolution === 'undecided' && open.demandAt !== undefined && settings.hasResolution ? after(open.demandAt, settings.slaResolutionSeconds) : undefined;

function overdueDeadline(open: OpenEpisode, settings: Settings): number | undefined {
  const from = overdueFrom(open, settings);
  return open.overdue || from === undefined ? undefined : after(from, settings.overdueSeconds);
}
