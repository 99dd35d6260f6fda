/** The file of examples: a JSON array of `{name, settings?, query?, events}`, in the short notation of docs/kpis.md. */
import { parseCalendar, timeZone } from '../config/calendars.ts';
import { complaints } from '../config/strict.ts';
import { SETTING_ROWS, withSettings } from '../config/settings.ts';
import type { ParsedEvent } from '../core/event.ts';
import { DEFAULT_SETTINGS, type Settings } from '../core/settings.ts';
import { readCanonical } from '../ingest/canonical.ts';
import { instant } from '../sources/canonical-event.ts';
import type { Query } from './key.ts';

/** One example, read and checked. */
export interface Example {
  readonly name: string;
  readonly settings: Settings;
  readonly query: Query;
  /** In order of arrival. */
  readonly events: readonly ParsedEvent[];
}

/** The file cannot be run; says which example, which event (from 0) and which field. */
export class BadExample extends Error {
  readonly code = 'BAD_EXAMPLE';
  constructor(where: string, problem: string) {
    super(where === '' ? problem : `${where}: ${problem}`);
    this.name = 'BadExample';
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a whole file. @param warn hears of fields that mean nothing here and are left out @throws BadExample for the first mistake */
export function readExamples(text: string, warn: (message: string) => void): readonly Example[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new BadExample('', `the file is not JSON (${error instanceof Error ? error.message : 'unreadable'})`);
  }
  if (!Array.isArray(data)) throw new BadExample('', 'the file must be a JSON array of {name, settings?, query?, events}');
  const names = new Set<string>();
  return data.map((item: unknown, index) => {
    const given = fields(item, `example ${index}`);
    const { name } = given;
    if (typeof name !== 'string' || name === '') throw new BadExample(`example ${index}`, 'name: must be text');
    const where = `example "${name}"`;
    if (names.has(name)) throw new BadExample(where, 'name: another example has it');
    names.add(name);
    return { name, settings: readSettings(given['settings'] ?? {}, where), query: readQuery(given['query'] ?? {}, where), events: readEvents(given['events'], where, warn) };
  });
}

function fields(value: unknown, where: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadExample(where, 'must be an object');
  return value as Fields; // an object: checked above
}

function readSettings(value: unknown, where: string): Settings {
  const { tz, calendar, calendars, ...rest } = fields(value, `${where}: settings`);
  const fail = (name: string, problem: string): never => { throw new BadExample(where, `settings.${name}: ${problem}`); };
  const zone = timeZone.safeParse(tz ?? DEFAULT_SETTINGS.tz);
  if (!zone.success) return fail('tz', zone.error.issues[0]?.message ?? 'is not valid');
  const versions = withZone(calendars ?? calendar, zone.data);
  const read = versions === undefined || versions === null || (Array.isArray(versions) && versions.length === 0) ? undefined : parseCalendar(versions);
  if (read && !read.success) {
    const [first] = complaints(read.error, versions);
    return fail([calendars === undefined ? 'calendar' : 'calendars', ...(first?.path ?? [])].join('.'), first?.message ?? 'is not valid');
  }
  const values = Object.fromEntries(Object.entries(rest).map(([name, given]) => {
    const row = SETTING_ROWS.find(({ key }) => key === name);
    if (!row) return fail(name, 'is no setting');
    const result = row.parse.safeParse(given);
    return result.success ? [name, result.data] : fail(name, result.error.issues[0]?.message ?? 'is not valid');
  }));
  return { ...withSettings(DEFAULT_SETTINGS, values), tz: zone.data, calendars: read?.data ?? [] };
}

/** A calendar that names no zone is in the workspace's. */
function withZone(calendar: unknown, tz: string): unknown {
  if (Array.isArray(calendar)) return calendar.map((version: unknown) => withZone(version, tz));
  return typeof calendar === 'object' && calendar !== null ? { tz, ...calendar } : calendar;
}

function readQuery(value: unknown, where: string): Query {
  const fail = (name: string, problem: string): never => { throw new BadExample(where, `query.${name}: ${problem}`); };
  const time = (name: string, given: unknown): number => {
    const result = instant.safeParse(given);
    return result.success ? result.data : fail(name, 'must be ISO 8601 with a zone or epoch milliseconds');
  };
  const pair = (name: string, given: unknown): readonly [unknown, unknown] =>
    (Array.isArray(given) && given.length === 2 ? [given[0], given[1]] : fail(name, 'must be [from, to]'));
  const query: { -readonly [K in keyof Query]: Query[K] } = {};
  for (const [name, given] of Object.entries(fields(value, `${where}: query`))) {
    switch (name) {
      case 'now': query.now = time(name, given); break;
      case 'day': query.day = typeof given === 'string' && isDate(given) ? given : fail(name, 'must be a date as YYYY-MM-DD'); break;
      case 'window': {
        const [from, to] = pair(name, given).map((each) => time(name, each)) as [number, number]; // a pair in, a pair out
        query.window = from <= to ? [from, to] : fail(name, 'ends before it begins');
        break;
      }
      case 'peak_hours': {
        const [from, to] = pair(name, given);
        query.peakHours = isHour(from) && isHour(to) ? [from, to] : fail(name, 'must be two hours from 0 to 24');
        break;
      }
      case 'rates': {
        const rates = fields(given, `${where}: query.rates`);
        for (const [market, rate] of Object.entries(rates)) if (typeof rate !== 'number') fail(`rates.${market}`, 'must be a number');
        query.rates = rates as Readonly<Record<string, number>>; // checked one by one
        break;
      }
      default: fail(name, 'is no part of a query: now, day, window, peak_hours or rates');
    }
  }
  return query;
}

const isDate = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;
const isHour = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 24;

/** Kinds that belong to no conversation unless they name one, and those that belong to no contact. */
const APART = /^(agent|contact|consent|link|conversion|flow|experiment)\./;
const NOBODY = /^(agent\.|contact\.merged$)/;

function readEvents(value: unknown, where: string, warn: (message: string) => void): readonly ParsedEvent[] {
  if (!Array.isArray(value)) throw new BadExample(where, 'events: must be a list');
  const given = value.map((item: unknown, index) => completed(fields(item, `${where}, event ${index}`), index));
  const order = [...given.keys()].sort((a, b) => compare(given[a]!, given[b]!) || a - b);
  const places = new Map(order.map((index, place) => [index, place]));
  return given.map((item, index) => {
    const at = `${where}, event ${index}`;
    // Stored ids are hashes: the running number keeps the order of the ids among events of one instant.
    const read = readCanonical([{ seq: places.get(index), ...item }], { receivedAt: NaN, trustReceivedAt: true, onUnknown: (field) => warn(`${at}: ${field}: is no field of ${String(item['kind'])}; left out`) });
    const [event] = read.events;
    if (!event) throw new BadExample(at, read.rejected[0]?.reason ?? 'cannot be read');
    return Number.isNaN(event.event.receivedAt) ? { ...event.event, receivedAt: event.event.t } : event.event;
  });
}

/** What the notation leaves out. */
function completed(item: Fields, index: number): Fields {
  const kind = String(item['kind']);
  const number = String(index).padStart(6, '0');
  return {
    id: `event ${number}`, channel: 'whatsapp', inbox: 'main',
    ...(kind === 'message.inbound' || kind === 'message.outbound' ? { message: `message ${number}` } : {}),
    ...(APART.test(kind) ? {} : { conversation: 'c1' }), ...(NOBODY.test(kind) ? {} : { contact: 'u1' }),
    ...Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null)), // null is nothing said
  };
}

function compare(a: Fields, b: Fields): number {
  for (const name of ['source', 'id']) {
    const [left, right] = [String(a[name] ?? ''), String(b[name] ?? '')];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}
