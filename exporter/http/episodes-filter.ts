/** What of the episodes a reader wants to see. */

/** What a reader asked for, each from a closed list or bounded. */
export interface EpisodeFilter {
  readonly show: string;
  readonly sort: string;
  readonly channel: string;
  readonly inbox: string;
  readonly hours: number;
  /** From 1. */
  readonly page: number;
}

export const SHOW = { waiting: 'Waiting now', slow: 'Slow', unhappy: 'Unhappy', abandoned: 'Abandoned', all: 'All finished' } as const;
export const SORT = { wait: 'longest wait', newest: 'newest', length: 'longest', score: 'lowest score' } as const;
export const HOURS = { 24: 'last 24 hours', 168: 'last 7 days', 720: 'last 30 days' } as const;
/** Further back one has to narrow the filter. */
export const MAX_PAGE = 40;

/** Unknown words fall back to the first choice: an old bookmark should show something. */
export function filterOf(query: Readonly<Record<string, unknown>>): EpisodeFilter {
  const word = (name: string): string => (typeof query[name] === 'string' ? query[name].replaceAll(/\p{Cc}/gu, '').slice(0, 200) : ''); // Postgres takes no NUL in a text
  const oneOf = (name: string, choices: object): string => (Object.hasOwn(choices, word(name)) ? word(name) : Object.keys(choices)[0] ?? '');
  const page = Number(word('page'));
  return {
    show: oneOf('show', SHOW), sort: oneOf('sort', SORT), channel: word('channel'), inbox: word('inbox'), hours: Number(oneOf('hours', HOURS)),
    page: Number.isInteger(page) ? Math.min(MAX_PAGE, Math.max(1, page)) : 1,
  };
}
