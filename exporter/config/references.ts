import { didYouMean } from './closest.ts';
import type { SourceDeclaration } from './sources.ts';
import type { Complaint } from './strict.ts';

/** The names in a file that refer to one another; list entries that could not be read are undefined and keep their place. */
export interface References {
  readonly calendar?: string;
  readonly calendars: readonly string[];
  readonly teams: readonly (string | undefined)[];
  readonly inboxes: readonly ({ readonly source: string; readonly id: string; readonly calendar?: string; readonly team?: string } | undefined)[];
}

/** What no single part can know: names that must exist elsewhere, and things that may be there only once. */
export function crossChecks({ calendar, calendars, teams, inboxes }: References, sources: readonly SourceDeclaration[]): readonly Complaint[] {
  const sourceIds = sources.map((source) => source.id);
  const teamIds = teams.filter((team) => team !== undefined);
  return [
    ...mustExist(calendar, calendars, ['calendar'], 'calendars'),
    ...once(teams, 'teams', 'has the same id'),
    ...once(inboxes.map((inbox) => inbox && JSON.stringify([inbox.source, inbox.id])), 'inboxes', 'has the same source and id'),
    ...inboxes.flatMap((inbox, index) => [
      ...mustExist(inbox?.calendar, calendars, ['inboxes', index, 'calendar'], 'calendars'),
      ...mustExist(inbox?.team, teamIds, ['inboxes', index, 'team'], 'teams'),
      ...nearMiss(inbox?.source, sourceIds, ['inboxes', index, 'source']),
    ]),
  ];
}

function mustExist(name: string | undefined, known: readonly string[], path: readonly PropertyKey[], where: string): readonly Complaint[] {
  return name === undefined || known.includes(name) ? [] : [{ path, message: `names nothing in ${where}${didYouMean(name, known) || ': add it there'}` }];
}

function once(names: readonly (string | undefined)[], section: string, words: string): readonly Complaint[] {
  return names.flatMap((name, index) => (name !== undefined && names.indexOf(name) < index
    ? [{ path: [section, index], message: `${words} as ${section}[${names.indexOf(name)}]: keep one of them` }] : []));
}

/** Events that arrive by `POST /v1/events` may come from a source of any name; a near miss is a slip all the same. */
function nearMiss(source: string | undefined, known: readonly string[], path: readonly PropertyKey[]): readonly Complaint[] {
  const near = source === undefined || known.includes(source) ? '' : didYouMean(source, known);
  return near === '' ? [] : [{ path, message: `is no source${near}` }];
}
