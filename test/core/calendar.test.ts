/** Opening hours, checked by hand where a person can, and minute by minute where clocks change. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarOf, dayText, instantOf, localDay, offsetAt, weekdayOf } from '../../exporter/core/calendar.ts';
import type { CalendarSpec, OpenInterval, Weekday } from '../../exporter/core/settings.ts';
import { openMinutes, wallClock } from './minutes.ts';

const SEED = Number(process.env.PROPERTY_SEED ?? 20_260_329);
console.log(`calendars: seed ${SEED}`);

const HOUR = 3_600_000;
const utc = (text: string): number => Date.parse(`${text}Z`);
const everyDay = (...hours: readonly OpenInterval[]): Record<Weekday, readonly OpenInterval[]> =>
  ({ mon: hours, tue: hours, wed: hours, thu: hours, fri: hours, sat: hours, sun: hours });

/** Zone and the local date on which its clocks change, or any date where they never do. */
const NIGHTS = [
  ['Europe/Madrid', '2026-03-29'], ['Europe/Madrid', '2026-10-25'], ['America/New_York', '2026-03-08'], ['America/New_York', '2026-11-01'],
  ['America/St_Johns', '2026-03-08'], ['America/St_Johns', '2026-11-01'], ['Africa/Cairo', '2026-04-24'], ['Africa/Cairo', '2026-10-30'],
  ['Australia/Lord_Howe', '2026-04-05'], ['Australia/Lord_Howe', '2026-10-04'], ['Asia/Kolkata', '2026-03-29'], ['Asia/Riyadh', '2026-10-25'],
] as const;

/** Hours that begin, end or lie wholly in the hours that clocks skip or repeat. */
const WEEKS: readonly [name: string, hours: (date: string) => readonly Omit<CalendarSpec, 'tz'>[]][] = [
  ['office hours with a break', () => [{ week: everyDay(['09:00', '13:00'], ['14:00', '18:30']) }]],
  ['overnight', () => [{ week: everyDay(['22:00', '02:30']) }]],
  ['edges in the hour of the change', () => [{ week: everyDay(['00:00', '00:30'], ['01:15', '01:45'], ['02:15', '02:45'], ['03:00', '03:20']) }]],
  ['all day', () => [{ week: everyDay(['00:00', '24:00']) }]],
  ['overlapping', () => [{ week: everyDay(['21:00', '03:00'], ['00:00', '02:20']) }]],
  ['closed on the day of the change', (date) => [{ week: everyDay(['20:00', '04:00']), holidays: [date] }]],
  ['other hours on the day of the change', (date) => [{ week: everyDay(['10:00', '12:00']), exceptions: { [date]: [['01:30', '02:10'], ['23:00', '01:00']] } }]],
  ['new hours from the day of the change', (date) => [{ week: everyDay(['08:00', '02:00']) }, { from: date, week: everyDay(['01:00', '02:30'], ['23:30', '01:30']) }]],
];

describe.each(NIGHTS)('around the night of %s on %s', (tz, date) => {
  const noon = utc(`${date}T12:00`);
  const walls = wallClock(tz, noon - 96 * HOUR, noon + 96 * HOUR);
  const inner = { min: 36 * 60, max: walls.length - 36 * 60 }; // far enough from the edges that no opening hour is cut

  it.each(WEEKS)('%s', (_, make) => {
    const specs = make(date).map((spec) => ({ ...spec, tz }));
    const open = openMinutes(specs, walls);
    const calendar = calendarOf(specs);
    fc.assert(fc.property(fc.integer(inner), fc.integer(inner), (a, b) => {
      const [from, to] = a < b ? [a, b] : [b, a];
      expect(calendar.businessSeconds(walls[from]!.at, walls[to]!.at)).toBe(open.slice(from, to).filter(Boolean).length * 60);
    }), { seed: SEED, numRuns: 40 });
    const differing = walls.slice(inner.min, inner.max).filter((wall, i) => calendar.isOpen(wall.at) !== open[inner.min + i]);
    expect(differing.map((wall) => new Date(wall.at).toISOString())).toEqual([]);
  });

  it('knows the wall clock', () => {
    for (const wall of walls) {
      expect(wall.at + offsetAt(tz, wall.at)).toBe(wall.minute * 60_000);
      expect(dayText(localDay(tz, wall.at))).toBe(wall.date);
      expect(weekdayOf(localDay(tz, wall.at))).toBe(wall.weekday);
    }
  });
});

describe('by hand', () => {
  const business = (specs: readonly CalendarSpec[], from: string, to: string): number => calendarOf(specs).businessSeconds(utc(from), utc(to));
  const shop = { tz: 'Europe/Madrid', week: { mon: [['10:00', '14:00'], ['16:00', '20:00']], fri: [['10:00', '19:00']] } } as const satisfies CalendarSpec;

  it.each<[string, readonly CalendarSpec[], string, string, number]>([
    ['without a calendar it is always open', [], '2026-05-04T00:00', '2026-05-04T01:00', 3600],
    ['a weekend between question and answer', [shop], '2026-05-08T17:30', '2026-05-11T08:20', 1200],
    ['across the break', [shop], '2026-05-04T11:45', '2026-05-04T14:15', 1800],
    ['both outside: nothing, but a number', [shop], '2026-05-05T09:00', '2026-05-05T10:00', 0],
    ['from closing to opening', [shop], '2026-05-04T12:00', '2026-05-04T14:00', 0],
    ['backwards', [shop], '2026-05-04T11:00', '2026-05-04T10:00', 0],
    ['overnight in New York', [{ tz: 'America/New_York', week: { thu: [['21:00', '03:00']] } }], '2026-05-08T00:00', '2026-05-08T12:00', 7 * 3600 - 3600],
    ['the skipped hour of spring is not lived through', [{ tz: 'Europe/Madrid', week: { sun: [['01:00', '04:00']] } }], '2026-03-28T22:00', '2026-03-29T10:00', 2 * 3600],
    ['the repeated hour of autumn is lived through twice', [{ tz: 'Europe/Madrid', week: { sun: [['01:00', '04:00']] } }], '2026-10-24T20:00', '2026-10-25T10:00', 4 * 3600],
    ['half an hour is skipped on Lord Howe', [{ tz: 'Australia/Lord_Howe', week: { sun: [['01:00', '04:00']] } }], '2026-10-03T10:00', '2026-10-04T10:00', 2.5 * 3600],
    ['an exception wins over a holiday', [{ ...shop, holidays: ['2026-05-04'], exceptions: { '2026-05-04': [['12:00', '13:00']] } }], '2026-05-04T00:00', '2026-05-05T00:00', 3600],
    ['a wait over a change of hours is measured with each in its time',
      [{ tz: 'Asia/Riyadh', week: everyDay(['08:00', '12:00']) }, { tz: 'Asia/Riyadh', week: everyDay(['08:00', '09:00']), from: '2026-05-06' }], '2026-05-04T21:00', '2026-05-06T21:00', 5 * 3600],
    ['the oldest version holds before its date too', [{ tz: 'Asia/Kolkata', week: everyDay(['08:00', '09:00']), from: '2026-05-06' }], '2026-05-01T18:30', '2026-05-02T18:30', 3600],
  ])('%s', (_, specs, from, to, expected) => expect(business(specs, from, to)).toBe(expected));

  it.each([
    ['an opening that does not exist', '2026-03-29', 150, 'opening', '2026-03-29T01:00'],
    ['a closing that does not exist', '2026-03-29', 150, 'closing', '2026-03-29T01:00'],
    ['an opening that exists twice', '2026-10-25', 150, 'opening', '2026-10-25T00:30'],
    ['a closing that exists twice', '2026-10-25', 150, 'closing', '2026-10-25T01:30'],
    ['a time after midnight, counted from the day before', '2026-05-04', 25 * 60, 'closing', '2026-05-04T23:00'],
  ] as const)('%s', (_, date, minute, edge, expected) => {
    expect(instantOf('Europe/Madrid', utc(`${date}T00:00`) / (24 * HOUR), minute, edge)).toBe(utc(expected));
  });

  it('adds up: a stretch is the sum of its parts', () => {
    const calendar = calendarOf([shop]);
    const instants = fc.integer({ min: utc('2026-03-20T00:00'), max: utc('2026-11-10T00:00') });
    fc.assert(fc.property(instants, instants, instants, (...given) => {
      const [a, b, c] = given.toSorted((x, y) => x - y) as [number, number, number];
      expect(calendar.businessSeconds(a, b) + calendar.businessSeconds(b, c)).toBeCloseTo(calendar.businessSeconds(a, c), 6);
      expect(calendar.businessSeconds(a, c)).toBeLessThanOrEqual((c - a) / 1000);
    }), { seed: SEED });
  });
});
