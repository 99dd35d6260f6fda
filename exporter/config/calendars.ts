import { z } from 'zod';
import { WEEKDAYS, type CalendarSpec, type OpenInterval } from '../core/settings.ts';
import { didYouMean } from './closest.ts';
import { strict } from './strict.ts';

/** An IANA time zone that this machine knows. */
export const timeZone = z.unknown().transform((value, context): string => {
  if (typeof value === 'string' && isTimeZone(value)) return value;
  context.addIssue({ code: 'custom', message: `must be an IANA time zone such as Europe/Madrid${didYouMean(value, Intl.supportedValuesOf('timeZone'))}` });
  return z.NEVER;
});

const localDate = z.unknown().transform((value, context): string => {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && isDate(value)) return value;
  context.addIssue({ code: 'custom', message: 'must be a date that exists, as YYYY-MM-DD' });
  return z.NEVER;
});

const HOURS_FORM = 'must be ["09:00", "18:00"]: two times as HH:MM in quotes, the end up to 24:00';

const interval = z.unknown().transform((value, context): OpenInterval => {
  const [from, to] = Array.isArray(value) && value.length === 2 ? value.map(minuteOfDay) : [];
  if (from !== undefined && to !== undefined && from < DAY && to > 0 && from !== to) return value as unknown as OpenInterval; // both are strings: they have a minute
  context.addIssue({ code: 'custom', message: HOURS_FORM });
  return z.NEVER;
});

const hours = z.array(interval, `must be a list of intervals; each ${HOURS_FORM}`).superRefine((intervals, context) => {
  const spans = intervals.map(([from, to]) => [minuteOfDay(from) ?? 0, minuteOfDay(to) ?? 0] as const)
    .map(([from, to]) => [from, to < from ? to + DAY : to] as const).sort((a, b) => a[0] - b[0]);
  if (spans.some((span, index) => index > 0 && span[0] < (spans[index - 1]?.[1] ?? 0))) {
    context.addIssue({ code: 'custom', message: 'has intervals that overlap: leave each minute in one of them' });
  }
});

const week = strict(Object.fromEntries(WEEKDAYS.map((day) => [day, hours.exactOptional()])));

const version: z.ZodType<CalendarSpec> = strict({
  tz: timeZone,
  week,
  holidays: z.array(localDate, 'must be a list of dates').exactOptional(),
  exceptions: z.record(localDate, hours, 'must give each date its own list of intervals').exactOptional(),
  from: localDate.exactOptional(),
});

const versions = z.array(version).min(1, 'must have at least one version').superRefine((list, context) => {
  const starts = list.map((spec) => spec.from ?? '');
  if (new Set(starts).size < starts.length) {
    context.addIssue({ code: 'custom', message: 'has two versions that begin on the same day: give each its own `from` (only one may be without)' });
  }
}).transform((list) => list.toSorted((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1)));

/** One calendar as written: a single version, or a list of versions with `from`. Gives the versions, oldest first. */
export const parseCalendar = (value: unknown) => (Array.isArray(value) ? versions : version.transform((spec): readonly CalendarSpec[] => [spec])).safeParse(value);

const DAY = 24 * 60;

function minuteOfDay(text: unknown): number | undefined {
  const [, hour, minute] = typeof text === 'string' ? /^(\d\d):([0-5]\d)$/.exec(text) ?? [] : [];
  const result = hour === undefined ? NaN : Number(hour) * 60 + Number(minute);
  return result <= DAY ? result : undefined;
}

function isTimeZone(name: string): boolean {
  try {
    // Offsets such as +02:00 pass Intl but have no clock changes: a zone is meant.
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false; // RangeError is how Intl says "unknown zone"
  }
}

function isDate(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
