/** What conversations asked of agents: own, hand over, wait, wrap up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fold, newState } from '../../exporter/core/conversation.ts';
import { agentIntervals, type AgentInterval } from '../../exporter/core/handling.ts';
import { stepsOf } from '../../exporter/core/history.ts';
import type { Settings } from '../../exporter/core/settings.ts';
import { histories, LONG_AFTER, settingsOfAllSorts } from './histories.ts';
import { CONVERSATION, instant, story, withDefaults } from './support.ts';

const SEED = Number(process.env.PROPERTY_SEED ?? 20_260_504);
const RUNS = Number(process.env.PROPERTY_RUNS ?? 400);

const clock = (at: number): string => new Date(at).toISOString().slice(11, 19).replace(/:00$/, '');
const shown = ({ agent, kind, from, to }: AgentInterval): string => `${kind} ${agent} ${clock(from)}-${to === null ? '' : clock(to)}`;

interface Row { readonly title: string; readonly given: readonly string[]; readonly expected: readonly string[]; readonly settings?: Partial<Settings>; readonly until?: string }

function check(only: AgentInterval['kind'], { given, expected, settings = {}, until = '23:00' }: Row): void {
  const found = agentIntervals(CONVERSATION, story(given), withDefaults(settings), instant(until)).filter(({ kind }) => kind === only).map(shown);
  expect([...found].sort()).toEqual([...expected].sort());
}

const table = (only: AgentInterval['kind'], rows: readonly Row[]): void => { it.each(rows.map((row) => [row.title, row] as const))('%s', (_, row) => check(only, row)); };

describe('handling', () => table('handling', [
  { title: 'from the message to the reply of the assigned agent', given: ['09:00 in', '09:00 assign ana', '09:10 agent ana', '09:20 resolve agent'], expected: ['handling ana 09:00-09:10'] },
  { title: 'from the assignment, when that was later', given: ['09:00 in', '09:05 assign ana', '09:10 agent ana'], expected: ['handling ana 09:05-09:10'] },
  { title: 'somebody else answers: the wait was on the owner', given: ['09:00 in', '09:00 assign ana', '09:10 agent ben'], expected: ['handling ana 09:00-09:10'] },
  { title: 'a transfer ends it for the one and begins it for the other', given: ['09:00 in', '09:00 assign ana', '09:03 assign ben', '09:04 agent ben'],
    expected: ['handling ana 09:00-09:03', 'handling ben 09:03-09:04'] },
  { title: 'nobody owns it before the first reply', given: ['09:00 in', '09:10 agent ana', '09:20 in', '09:25 agent ben', '09:30 in', '09:31 resolve agent'],
    expected: ['handling ana 09:20-09:25', 'handling ben 09:30-09:31'] },
  { title: 'a wait belongs to its last 30 minutes', given: ['09:00 in', '09:00 assign ana', '10:00 agent ana'], expected: ['handling ana 09:30-10:00'] },
  { title: 'or as many as are set', given: ['09:00 in', '09:00 assign ana', '10:00 agent ana'], settings: { maxHandlingSeconds: 600 }, expected: ['handling ana 09:50-10:00'] },
  { title: 'the close ends it', given: ['09:00 in', '09:00 assign ana', '09:10 resolve contact'], expected: ['handling ana 09:00-09:10'] },
  { title: 'so does the bot while it is in charge', given: ['09:00 in', '09:00 assign ana', '09:02 bot'], expected: ['handling ana 09:00-09:02'] },
  { title: 'a message taken back asked for attention until then', given: ['09:00 in =m', '09:00 assign ana', '09:04 delete m', '09:10 in', '09:11 agent ana'],
    expected: ['handling ana 09:00-09:04', 'handling ana 09:10-09:11'] },
  { title: 'unless another one waits: then the wait begins there', given: ['09:00 in =m', '09:00 assign ana', '09:02 in', '09:04 delete m', '09:06 agent ana'],
    expected: ['handling ana 09:02-09:06'] },
  { title: 'a failed reply ends nothing', given: ['09:00 in', '09:00 assign ana', '09:03 agent ana =r', '09:03:02 receipt r failed', '09:07 agent ana'], expected: ['handling ana 09:00-09:07'] },
  { title: 'a hand-off begins the wait', given: ['09:00 assign ana', '09:00 in', '09:01 handoff', '09:05 agent ana'], expected: ['handling ana 09:01-09:05'] },
  { title: 'with a bot nobody owns it', given: ['09:00 in', '09:00 assign ana', '09:02 tobot', '09:30 agent ana'], expected: ['handling ana 09:00-09:02'] },
  { title: 'an unassigned conversation is with whoever wrote last', given: ['09:00 in', '09:01 agent ben', '09:02 assign ana', '09:10 in', '09:11 unassign', '09:12 agent ben'],
    expected: ['handling ana 09:10-09:11', 'handling ben 09:11-09:12'] },
  { title: 'the last writer of one episode does not own the next', given: ['09:00 in', '09:01 agent ana', '09:02 resolve agent', '09:10 in', '09:12 agent ben'], expected: [] },
  { title: 'silence closes it', given: ['09:00 in', '09:00 assign ana'], settings: { hasResolution: false }, until: '2d09:00', expected: ['handling ana 08:30-09:00'] },
  { title: 'what is pending has no end yet, and is not cut', given: ['09:00 in', '09:00 assign ana'], expected: ['handling ana 09:00-'] },
  { title: 'an answer of the same second took no time', given: ['09:00 assign ana', '09:00 in', '09:00 agent ana'], expected: [] },
]));

describe('ownership', () => table('owned', [
  { title: 'from demand and assignment to the close', given: ['09:00 in', '09:02 assign ana', '09:50 resolve agent'], expected: ['owned ana 09:02-09:50'] },
  { title: 'without a customer message there is nothing to own', given: ['09:00 agent ana', '09:30 in', '09:40 resolve agent'], expected: ['owned ana 09:30-09:40'] },
  { title: 'a snooze parks it', given: ['09:00 in', '09:00 assign ana', '09:10 snooze', '09:40 in', '09:50 resolve agent'], expected: ['owned ana 09:00-09:10', 'owned ana 09:40-09:50'] },
  { title: 'an answer does not end it', given: ['09:00 in', '09:05 agent ana', '09:30 agent ana'], expected: ['owned ana 09:05-'] },
  { title: 'a colleague who writes takes over what nobody is assigned to', given: ['09:00 in', '09:05 agent ana', '09:30 agent ben', '09:40 resolve agent'],
    expected: ['owned ana 09:05-09:30', 'owned ben 09:30-09:40'] },
  { title: 'the assigned agent keeps the next episode', given: ['09:00 in', '09:00 assign ana', '09:10 resolve agent', '09:20 in', '09:30 resolve agent'],
    expected: ['owned ana 09:00-09:10', 'owned ana 09:20-09:30'] },
]));

describe('wrap-up', () => table('wrap', [
  { title: 'after each own message', settings: { wrapSeconds: 120 }, given: ['09:00 in', '09:01 agent ana', '09:02 agent ben'], expected: ['wrap ana 09:01-09:03', 'wrap ben 09:02-09:04'] },
  { title: 'in episodes with demand, earlier messages included', settings: { wrapSeconds: 60 }, given: ['08:00 agent ana', '09:00 in', '09:01 resolve agent', '10:00 agent ana'],
    expected: ['wrap ana 08:00-08:01'] },
  { title: 'none by default', given: ['09:00 in', '09:01 agent ana'], expected: [] },
]));

describe('every history', () => {
  it('gives intervals that are ordered, disjoint per kind, and within their limits', () => {
    fc.assert(fc.property(histories, settingsOfAllSorts, (events, settings) => {
      const intervals = agentIntervals(CONVERSATION, events, settings, LONG_AFTER);
      for (const kind of ['handling', 'owned'] as const) {
        const own = intervals.filter((each) => each.kind === kind).sort((a, b) => a.from - b.from);
        for (const [index, { from, to }] of own.entries()) {
          expect(to ?? Infinity).toBeGreaterThan(from);
          expect(own[index + 1]?.from ?? Infinity).toBeGreaterThanOrEqual(to ?? Infinity);
          if (kind === 'handling' && to !== null) expect(to - from).toBeLessThanOrEqual(settings.maxHandlingSeconds * 1000);
        }
      }
    }), { seed: SEED, numRuns: RUNS });
  });

  it('agrees on ownership with a look at each instant', () => {
    fc.assert(fc.property(histories, settingsOfAllSorts, (events, settings) => {
      const owned = agentIntervals(CONVERSATION, events, settings, LONG_AFTER).filter(({ kind }) => kind === 'owned');
      const steps = stepsOf(CONVERSATION, newState(), events, settings);
      let state = newState();
      for (const [index, step] of steps.entries()) {
        ({ state } = fold(CONVERSATION, state, [step], settings));
        const { t } = step.event;
        if (steps[index + 1]?.event.t === t) continue; // an instant counts once everything in it has happened
        const { open, agent } = state;
        if (agent === undefined) continue; // the last writer is looked at in the tables
        const owns = open?.demandAt !== undefined && open.snoozedAt === undefined;
        expect(owned.filter(({ from, to }) => from <= t && t < (to ?? Infinity)).map((each) => each.agent)).toEqual(owns ? [agent] : []);
      }
    }), { seed: SEED, numRuns: RUNS });
  });
});
