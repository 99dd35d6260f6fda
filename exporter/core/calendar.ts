/**
 * Opening hours and local time. Opening times are wall-clock times turned into instants per date, so that clock changes
 * lengthen and shorten days as they really do; wall-clock times are never subtracted.
 */
import { WEEKDAYS, type CalendarSpec, type OpenInterval } from './settings.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Offsets change on quarter hours, so one look-up serves the whole quarter. */
const QUARTER = 15 * MINUTE;
const CACHE_LIMIT = 20_000;

/** `[start, end)` in epoch milliseconds. */
type Span = readonly [start: number, end: number];

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

/** Local time minus UTC at an instant, in milliseconds. @throws RangeError for an unknown zone */
export function offsetAt(tz: string, at: number): number {
  let known = offsets.get(tz);
  if (!known) offsets.set(tz, (known = new Map()));
  const quarter = Math.floor(at / QUARTER);
  let offset = known.get(quarter);
  if (offset === undefined) {
    if (known.size > CACHE_LIMIT) known.clear();
    known.set(quarter, (offset = measureOffset(tz, quarter * QUARTER)));
  }
  return offset;
}

function measureOffset(tz: string, at: number): number {
  let format = formats.get(tz);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: tz, hourCycle: 'h23', era: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
    });
    formats.set(tz, format);
  }
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = value;
  const local = Date.UTC(Number(part.year), Number(part.month) - 1, Number(part.day), Number(part.hour), Number(part.minute), Number(part.second));
  return local - at;
}

/** Days since 1970-01-01 of the local date at an instant. */
export const localDay = (tz: string, at: number): number => Math.floor((at + offsetAt(tz, at)) / DAY);

/** `YYYY-MM-DD` of a day number. */
export const dayText = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

/** 0 Monday … 6 Sunday. */
export const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7;

/**
 * The instant of a wall-clock time. A time that does not exist becomes the first valid instant after it; of a time that exists
 * twice, openings take the first and closings the second.
 * @param minute minutes since local midnight of `day`, up to 48 hours
 */
export function instantOf(tz: string, day: number, minute: number, edge: 'opening' | 'closing'): number {
  const wall = day * DAY + minute * MINUTE;
  const before = offsetAt(tz, wall - DAY);
  const after = offsetAt(tz, wall + DAY);
  if (before === after && offsetAt(tz, wall - before) === before) return wall - before;
  const candidates = [...new Set([before, after, offsetAt(tz, wall - before), offsetAt(tz, wall - after)])]
    .map((offset) => wall - offset).filter((at) => at + offsetAt(tz, at) === wall).sort((a, b) => a - b);
  const chosen = edge === 'opening' ? candidates[0] : candidates.at(-1);
  return chosen ?? firstInstantAfterGap(tz, wall, Math.min(before, after), Math.max(before, after));
}

function firstInstantAfterGap(tz: string, wall: number, smaller: number, larger: number): number {
  let low = wall - larger; // still on the old offset
  let high = wall - smaller; // already on the new one
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (middle + offsetAt(tz, middle) < wall) low = middle;
    else high = middle;
  }
  return high;
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));

interface Version { readonly spec: CalendarSpec; readonly holidays: ReadonlySet<string>; readonly from: number; until: number; readonly days: Map<number, readonly Span[]> }

/** Opening hours ready for use. Make it once per configuration: it remembers the days it has looked at. */
export interface Calendar {
  /** Seconds of `[from, to)` that lie within opening hours; 0 when `to` is not after `from`. */
  readonly businessSeconds: (from: number, to: number) => number;
  readonly isOpen: (at: number) => boolean;
}

const ALWAYS: Calendar = { businessSeconds: (from, to) => Math.max(0, to - from) / 1000, isOpen: () => true };

const compiled = new WeakMap<readonly CalendarSpec[], Calendar>();

/**
 * The calendar of a list of versions; an empty list is always open. The oldest version also holds before its `from`.
 * Equal lists (by identity) share one calendar.
 */
export function calendarOf(specs: readonly CalendarSpec[]): Calendar {
  if (specs.length === 0) return ALWAYS;
  let calendar = compiled.get(specs);
  if (!calendar) compiled.set(specs, (calendar = compile(specs)));
  return calendar;
}

function compile(specs: readonly CalendarSpec[]): Calendar {
  const versions: Version[] = specs
    .map((spec) => ({
      spec, holidays: new Set(spec.holidays), until: Infinity, days: new Map<number, readonly Span[]>(),
      from: spec.from === undefined ? -Infinity : instantOf(spec.tz, Date.parse(`${spec.from.slice(0, 10)}T00:00:00Z`) / DAY, 0, 'opening'),
    }))
    .sort((a, b) => a.from - b.from);
  versions.forEach((version, i) => { version.until = versions[i + 1]?.from ?? Infinity; });
  const starts = (index: number): number => (index === 0 ? -Infinity : versions[index]!.from);
  return {
    businessSeconds: (from, to) =>
      versions.reduce((sum, version, i) => sum + openMs(version, Math.max(from, starts(i)), Math.min(to, version.until)), 0) / 1000,
    isOpen: (at) => versions.some((version, i) => at >= starts(i) && at < version.until && openMs(version, at, at + 1) > 0),
  };
}

function openMs(version: Version, from: number, to: number): number {
  if (!(to > from)) return 0;
  let total = 0;
  let reached = from; // hours of neighbouring days may overlap (22:00–02:00 and 00:00–06:00): count them once
  // A day earlier, because its hours may reach past midnight.
  for (let day = localDay(version.spec.tz, from) - 1, last = localDay(version.spec.tz, to); day <= last; day++) {
    for (const [start, end] of spansOf(version, day)) {
      const open = Math.max(start, reached);
      const close = Math.min(end, to);
      if (close > open) { total += close - open; reached = close; }
    }
  }
  return total;
}

function spansOf(version: Version, day: number): readonly Span[] {
  const known = version.days.get(day);
  if (known) return known;
  if (version.days.size > CACHE_LIMIT) version.days.clear();
  const spans = hoursOf(version, day).map(([from, to]): Span => {
    const start = minutesOf(from);
    const end = minutesOf(to) > start ? minutesOf(to) : minutesOf(to) + 24 * 60;
    return [instantOf(version.spec.tz, day, start, 'opening'), instantOf(version.spec.tz, day, end, 'closing')];
  }).sort((a, b) => a[0] - b[0]);
  version.days.set(day, spans);
  return spans;
}

function hoursOf(version: Version, day: number): readonly OpenInterval[] {
  const date = dayText(day);
  const exception = version.spec.exceptions?.[date];
  if (exception) return exception;
  return version.holidays.has(date) ? [] : version.spec.week[WEEKDAYS[weekdayOf(day)]!] ?? [];
}
