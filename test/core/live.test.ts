/** What is true right now: the live figures of five conversations at one instant, and when time alone changes them. */
import { describe, expect, it } from 'vitest';
import { nextWake } from '../../exporter/core/conversation.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { liveCounts, waitStart, type LiveCounts } from '../../exporter/core/state.ts';
import { instant, story, tell, withDefaults } from './support.ts';

const CONVERSATIONS = {
  'waiting for ten minutes': ['13:00 in'],
  'answered, not resolved': ['13:00 in', '13:01 assign omar', '13:01:10 agent omar'],
  'waiting for four minutes': ['13:06 in'],
  'answered and snoozed': ['13:00 in', '13:01 agent', '13:02 snooze'],
  'resolved': ['13:00 in', '13:01 agent', '13:04 resolve agent'],
  'a campaign without an answer': ['13:00 campaign'],
};

const at = (lines: readonly string[], now: string): LiveCounts => liveCounts(tell(story(lines), DEFAULT_SETTINGS, instant(now)).state);

describe('live figures', () => {
  it('adds up open, waiting, overdue and unassigned conversations', () => {
    const each = Object.values(CONVERSATIONS).map((lines) => at(lines, '13:10'));
    const sum = (name: keyof LiveCounts): number => each.reduce((total, counts) => total + counts[name], 0);
    expect({ open: sum('open'), waiting: sum('waiting'), overdue: sum('overdue'), unassigned: sum('unassigned') }).toEqual({ open: 4, waiting: 2, overdue: 2, unassigned: 3 });
    const waits = Object.values(CONVERSATIONS).map((lines) => tell(story(lines), DEFAULT_SETTINGS, instant('13:10')).state.open).flatMap((open) => (open ? waitStart(open) ?? [] : []));
    expect((instant('13:10') - Math.min(...waits)) / 1000).toBe(600);
  });

  it.each([
    ['exactly at the limit nothing is overdue', ['13:00 in'], '13:05', 0],
    ['a second later it is', ['13:00 in'], '13:05:01', 1],
    ['an answer does not end it, only the close does', ['13:00 in', '13:01 agent'], '13:10', 1],
    ['a snoozed conversation is not overdue', ['13:00 in', '13:10 snooze'], '13:20', 0],
    ['the customer ends the snooze', ['13:00 in', '13:10 snooze', '13:20 in'], '13:20', 1],
    ['without customer messages nothing is overdue', ['13:00 agent'], '13:20', 0],
  ])('%s', (_, lines, now, overdue) => expect(at(lines, now).overdue).toBe(overdue));

  it('counts an answered conversation of a source that never resolves as not overdue', () => {
    const settings = withDefaults({ hasResolution: false });
    expect(liveCounts(tell(story(['13:00 in', '13:01 agent']), settings, instant('13:20')).state)).toMatchObject({ open: 1, overdue: 0 });
    expect(liveCounts(tell(story(['13:00 in', '13:01 agent', '13:02 in']), settings, instant('13:20')).state)).toMatchObject({ waiting: 1, overdue: 1 });
  });
});

describe('the next wake', () => {
  it.each([
    ['first the response target', ['13:00 in'], '13:00', '13:01'],
    ['then resolution target and overdue', ['13:00 in'], '13:01:01', '13:05'],
    ['then never, where somebody resolves', ['13:00 in'], '13:05:01', undefined],
    ['a campaign wakes at its close', ['13:00 campaign'], '13:00', '1d13:00'],
    ['a closed conversation sleeps', ['13:00 in', '13:01 resolve agent'], '13:02', undefined],
  ])('%s', (_, lines, now, expected) => {
    const wake = nextWake(tell(story(lines), DEFAULT_SETTINGS, instant(now)).state, DEFAULT_SETTINGS);
    // "More than" a target begins one millisecond after it; silence is over on the instant.
    expect(wake).toBe(expected === undefined ? undefined : instant(expected) + (expected.includes('d') ? 0 : 1));
  });
});
