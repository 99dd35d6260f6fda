/** Opening hours the slow way: one look at the wall clock per minute. It shares nothing with the calendar it is compared with. */
import type { CalendarSpec } from '../../exporter/core/settings.ts';

const MINUTE = 60_000;
const A_DAY = 1440;
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const KEYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

interface Wall { readonly at: number; readonly date: string; readonly weekday: number; /** Local minutes since 1970-01-01. */ readonly minute: number }

/** The wall clock of `tz` at every whole minute of `[from, to)`. */
export function wallClock(tz: string, from: number, to: number): readonly Wall[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: tz, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
  const weekday = new Intl.DateTimeFormat('en-GB', { timeZone: tz, weekday: 'short' });
  const walls: Wall[] = [];
  for (let at = from; at < to; at += MINUTE) {
    const [date = '', time = ''] = format.format(at).split(' '); // 2026-03-29 03:00
    walls.push({ at, date, weekday: DAYS.indexOf(weekday.format(at)), minute: Date.parse(`${date}T${time}Z`) / MINUTE });
  }
  return walls;
}

/** Whether the business is open in each of the minutes. */
export function openMinutes(specs: readonly CalendarSpec[], walls: readonly Wall[]): readonly boolean[] {
  const byVersion = specs.map((spec) => paint(spec, walls));
  const starts = specs.map((spec, i) => (i === 0 || spec.from === undefined ? 0 : walls.findIndex((wall) => wall.date >= spec.from!)));
  return walls.map((_, i) => byVersion[starts.findLastIndex((start) => start !== -1 && start <= i)]![i]!);
}

function paint(spec: CalendarSpec, walls: readonly Wall[]): boolean[] {
  const open = walls.map(() => false);
  for (const { date, weekday } of new Map(walls.map((wall) => [wall.date, wall])).values()) {
    const hours = spec.exceptions?.[date] ?? (spec.holidays?.includes(date) ? [] : spec.week[KEYS[weekday]!] ?? []);
    for (const [from, to] of hours) {
      const midnight = Date.parse(`${date}T00:00Z`) / MINUTE;
      const start = midnight + minutes(from);
      const end = midnight + minutes(to) + (minutes(to) <= minutes(from) ? A_DAY : 0);
      open.fill(true, opening(walls, start), closing(walls, end));
    }
  }
  return open;
}

const minutes = (time: string): number => Number(time.split(':')[0]) * 60 + Number(time.split(':')[1]);

/** The first minute that shows this time or, where it is skipped, a later one. */
function opening(walls: readonly Wall[], minute: number): number {
  const found = walls.findIndex((wall) => wall.minute >= minute);
  return found === -1 ? walls.length : found;
}

/** The last minute that shows this time or, where it is skipped, the first later one. */
function closing(walls: readonly Wall[], minute: number): number {
  const last = walls.findLastIndex((wall) => wall.minute === minute);
  return last === -1 ? opening(walls, minute) : last;
}
