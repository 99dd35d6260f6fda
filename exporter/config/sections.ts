import { z } from 'zod';
import { CHANNELS } from '../core/event.ts';
import type { PriceList } from '../core/prices.ts';
import type { CalendarSpec, SurveyRule } from '../core/settings.ts';
import { budgetsSection } from './budgets.ts';
import { parseCalendar, timeZone } from './calendars.ts';
import { didYouMean } from './closest.ts';
import { crossChecks } from './references.ts';
import { linksSection, type LinkConfig } from './links.ts';
import { priceFile, priceList } from './prices.ts';
import { SETTING_ROWS, defaultAuthor, onOff } from './settings.ts';
import type { SourceDeclaration, SourceSection } from './sources.ts';
import { secretVariable } from './variables.ts';
import { scorerSection, surveySection, textsSection, topicsSection, type ScorerConfig, type TopicsConfig } from './text-sections.ts';
import { complaints, strict, unknownKey, type Complaint } from './strict.ts';

/** An inbox as the file speaks of it: the business's end of a channel. */
export interface InboxConfig {
  readonly source: string;
  /** As the source names it: phone number id, page id, help-desk inbox id. */
  readonly id: string;
  readonly name?: string;
  readonly channel?: (typeof CHANNELS)[number];
  readonly team?: string;
}

/** A team as the file speaks of it; `id` is the source's. */
export interface TeamConfig { readonly id: string; readonly name?: string }

/** The whole file, checked part by part; what was wrong is missing here and present in the complaints. */
export interface Sections {
  readonly tz?: string;
  readonly agentsLabel?: boolean;
  readonly linkCustomers?: boolean;
  /** Name of the calendar of inboxes that name none. */
  readonly calendar?: string;
  /** Values by setting key, of `settings` and `targets` together. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly calendars: ReadonlyMap<string, readonly CalendarSpec[]>;
  readonly teams: readonly TeamConfig[];
  readonly inboxes: readonly { readonly inbox: InboxConfig; readonly calendar?: string; readonly settings: Readonly<Record<string, unknown>> }[];
  readonly sources: ReadonlyMap<string, SourceSection>;
  readonly topics?: TopicsConfig;
  readonly surveys: readonly SurveyRule[];
  readonly scorer?: ScorerConfig;
  readonly prices: readonly PriceList[];
  readonly priceFiles: readonly string[];
  /** What messages may cost in a calendar month, by currency. */
  readonly budgets: ReadonlyMap<string, number>;
  /** Days that texts are kept; 0: not at all. */
  readonly keepTextDays: number;
  /** Targets of tracked links by name. */
  readonly links: ReadonlyMap<string, LinkConfig>;
}

const SECTION_NAMES = ['tz', 'agents_label', 'link_customers', 'calendar', 'settings', 'targets', 'calendars', 'teams', 'inboxes', 'sources', 'topics', 'surveys', 'scorer', 'texts', 'prices', 'price_files', 'budgets', 'links'] as const;

const id = z.string().min(1, 'must not be empty');
const team = strict({ id, name: z.string().exactOptional() });
const shapeOf = (section: 'settings' | 'targets') =>
  Object.fromEntries(SETTING_ROWS.filter((setting) => setting.section === section).map((setting) => [setting.key, setting.parse.exactOptional()]));
const settings = strict(shapeOf('settings'));
const targets = strict(shapeOf('targets'));
const perSource = { has_resolution: onOff.exactOptional(), default_author: defaultAuthor.exactOptional() };
const inbox = strict({
  source: z.string().regex(/^[a-z][a-z0-9_-]*$/, 'must be the name of a source, such as whatsapp'),
  id, name: z.string().exactOptional(), channel: z.enum(CHANNELS).exactOptional(), team: id.exactOptional(), calendar: id.exactOptional(),
  targets: targets.exactOptional(), ...perSource,
});

/** Checks every part on its own, so that one mistake hides no other. `silent`: sources of which was said already what is wrong. */
export function readSections(data: unknown, sources: readonly SourceDeclaration[], silent: readonly string[] = []): { readonly sections: Sections; readonly complaints: readonly Complaint[] } {
  const found: Complaint[] = [];
  const root = keyed(data, [], found);
  const known: readonly string[] = SECTION_NAMES;
  found.push(...Object.keys(root).filter((key) => !known.includes(key)).map((key) => ({ path: [key], message: misplaced(key) ?? unknownKey(key, known) })));
  const check: Check = (result, value, path) => {
    const wrong = result.success ? [] : complaints(result.error, value);
    found.push(...wrong.map((each) => ({ path: [...path, ...each.path], message: misplacedAt(path, each, sources) ?? each.message })));
    return result.data;
  };
  // A section without content (`inboxes:` and nothing below) is as good as none.
  const section = <T>(schema: z.ZodType<T>, name: string): T | undefined =>
    ((root[name] ?? undefined) === undefined ? undefined : check(schema.safeParse(root[name]), root[name], [name]));
  const items = <T>(schema: z.ZodType<T>, name: string): readonly (T | undefined)[] =>
    listed(root[name], name, found).map((item, index) => check(schema.safeParse(item), item, [name, index]));

  const calendar = section(id, 'calendar');
  const calendars = new Map(Object.entries(keyed(root['calendars'], ['calendars'], found))
    .map(([name, spec]) => [name, check(parseCalendar(spec ?? {}), spec ?? {}, ['calendars', name]) ?? []] as const));
  const teams = items(team, 'teams');
  const inboxes = items(inbox, 'inboxes');
  const teamIds = teams.map((each, index) => each?.id ?? idAt(root['teams'], index));
  found.push(...crossChecks({ ...given('calendar', calendar), calendars: [...calendars.keys()], teams: teamIds, inboxes }, sources));
  return {
    complaints: found,
    sections: {
      ...given('tz', section(timeZone, 'tz')), ...given('agentsLabel', section(onOff, 'agents_label')), ...given('linkCustomers', section(onOff, 'link_customers')), ...given('calendar', calendar),
      settings: { ...section(settings, 'settings'), ...section(targets, 'targets') },
      calendars, teams: teams.filter((each) => each !== undefined), inboxes: inboxes.filter((each) => each !== undefined).map(inboxSection),
      sources: readSources(keyed(root['sources'], ['sources'], found), sources, silent, check, found),
      ...given('topics', section(topicsSection, 'topics')), surveys: items(surveySection, 'surveys').filter((each) => each !== undefined),
      prices: items(priceList, 'prices').filter((each) => each !== undefined),
      priceFiles: items(priceFile, 'price_files').filter((each) => each !== undefined),
      ...given('scorer', section(scorerSection, 'scorer')), keepTextDays: section(textsSection, 'texts')?.keep_days ?? 0,
      budgets: new Map(Object.entries(section(budgetsSection, 'budgets') ?? {})),
      links: new Map(Object.entries(section(linksSection, 'links') ?? {})),
    },
  };
}

/** Notes what is wrong and gives what is right. */
type Check = <T>(result: z.ZodSafeParseResult<T>, value: unknown, path: readonly PropertyKey[]) => T | undefined;

function readSources(given: Readonly<Record<string, unknown>>, sources: readonly SourceDeclaration[], silent: readonly string[], check: Check, found: Complaint[]): ReadonlyMap<string, SourceSection> {
  const ids = sources.map((source) => source.id);
  return new Map(Object.entries(given).flatMap(([name, value]) => {
    const source = sources.find((each) => each.id === name);
    if (source !== undefined) return [[name, sourceSection(check(schemaOf(source).safeParse(value ?? {}), value ?? {}, ['sources', name]))] as const];
    if (!silent.includes(name)) found.push({ path: ['sources', name], message: `is no source${didYouMean(name, ids) || `; known: ${ids.join(', ')}; a platform without a file needs a mapping`}` });
    return [];
  }));
}

/** The id of an entry that is wrong elsewhere: references to it are still right. */
function idAt(list: unknown, index: number): string | undefined {
  const item: unknown = Array.isArray(list) ? list[index] : undefined;
  return typeof item === 'object' && item !== null && 'id' in item && typeof item.id === 'string' ? item.id : undefined;
}

function schemaOf(source: SourceDeclaration): z.ZodType<Readonly<Record<string, unknown>>> {
  const files = source.secrets.map((secret) => [`${secret.name}_file`, z.string().min(1, 'must be the path of a file').exactOptional()]);
  return strict({ enabled: onOff.exactOptional(), mapping: z.string().exactOptional(), ...perSource, ...Object.fromEntries(files) });
}

function sourceSection(value: Readonly<Record<string, unknown>> = {}): SourceSection {
  const { enabled, mapping: _read, has_resolution, default_author, ...files } = value;
  const secretFiles = Object.entries(files).flatMap(([key, path]) => (typeof path === 'string' && key.endsWith('_file') ? [[key.slice(0, -'_file'.length), path]] : []));
  return { ...(typeof enabled === 'boolean' ? { enabled } : {}), settings: { has_resolution, default_author }, secretFiles: Object.fromEntries(secretFiles) };
}

function inboxSection(value: z.output<typeof inbox>): Sections['inboxes'][number] {
  const { calendar, targets: own, has_resolution, default_author, ...rest } = value;
  return { inbox: rest, ...given('calendar', calendar), settings: { ...own, has_resolution, default_author } };
}

function keyed(value: unknown, path: readonly PropertyKey[], found: Complaint[]): Readonly<Record<string, unknown>> {
  if (value === undefined || value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>; // YAML maps have text keys in JS
  found.push({ path, message: 'must have keys and values' });
  return {};
}

function listed(value: unknown, name: string, found: Complaint[]): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  found.push({ path: [name], message: 'must be a list' });
  return [];
}

/** Where a setting belongs that stands at the top of the file. */
function misplaced(key: string): string | undefined {
  const setting = SETTING_ROWS.find((each) => each.key === key);
  return setting && `belongs under ${setting.section}`;
}

function misplacedAt([section, name, ...rest]: readonly PropertyKey[], { path: [key, ...deeper] }: Complaint, sources: readonly SourceDeclaration[]): string | undefined {
  if (rest.length > 0 || deeper.length > 0) return undefined;
  if (section === 'sources') {
    // Someone will put the secret itself here.
    const secret = sources.find((source) => source.id === name)?.secrets.find((each) => each.name === key);
    return secret && `must not be in this file: use ${secret.name}_file, or ${secretVariable(String(name), secret.name)}`;
  }
  if (name !== undefined || (section !== 'settings' && section !== 'targets')) return undefined;
  if (key === 'tz' || key === 'calendar' || key === 'calendars') return 'belongs at the top of the file';
  const setting = SETTING_ROWS.find((each) => each.key === key);
  return setting === undefined || setting.section === section ? undefined : `belongs under ${setting.section}`;
}

const given = <K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } => (value === undefined ? {} : { [key]: value } as { readonly [P in K]: T });
