/** The list of episodes: one table, filters as a plain form, pages by links. */
import { HOURS, MAX_PAGE, SHOW, SORT, type EpisodeFilter } from './episodes-filter.ts';
import { duration, instant } from './episodes-style.ts';
import { escapeHtml } from './page.ts';

/** Pseudonyms, labels and numbers. Times: epoch milliseconds UTC; durations: seconds; null: never measured. */
export interface EpisodeRow {
  readonly traceId: string;
  readonly conversation: string;
  readonly number: number;
  readonly channel: string;
  /** Inbox and team by the names the configuration has for them. */
  readonly inbox: string;
  readonly team: string | null;
  readonly outcome: string;
  readonly openedAt: number;
  /** The wait for the first response, or the one that is pending, or that nobody ended. */
  readonly waitSeconds: number | null;
  /** Whether an agent's answer ended that wait. */
  readonly isAnswered: boolean;
  readonly isLate: boolean;
  readonly queueSeconds: number | null;
  readonly lengthSeconds: number;
  readonly score: number | null;
  readonly isNegative: boolean;
}

/** What is asked for, and how it is called. */
export interface Choice { readonly value: string; readonly title: string }

export interface EpisodeListModel {
  readonly filter: EpisodeFilter;
  readonly rows: readonly EpisodeRow[];
  readonly hasMore: boolean;
  readonly channels: readonly string[];
  readonly inboxes: readonly Choice[];
  /** Why there is no list. */
  readonly trouble?: string;
}

export function renderEpisodeList({ filter, rows, hasMore, channels, inboxes, trouble }: EpisodeListModel): string {
  const isWaiting = filter.show === 'waiting';
  const choices = { channel: choicesOf(channels.map((value) => ({ value, title: value })), filter.channel), inbox: choicesOf(inboxes, filter.inbox) };
  const tabs = Object.entries(SHOW).map(([show, title]) =>
    `<li><a href="${href({ ...filter, show, page: 1 })}"${show === filter.show ? ' aria-current="page"' : ''}>${title}</a></li>`).join('');
  return `<nav aria-label="Breadcrumb"><a href="/">Replywatch</a> › Episodes</nav>
<h1>Episodes</h1>
<p class="muted">${EXPLAINED[filter.show as keyof typeof SHOW]} Conversations go by pseudonyms; nothing here names a person.</p>
<nav aria-label="Which episodes"><ul class="tabs">${tabs}</ul></nav>
${form(filter, choices)}
<p class="onpaper">${escapeHtml(inWords(filter, choices))}</p>
${trouble !== undefined ? `<p role="status" class="trouble">${escapeHtml(trouble)}</p>`
    : rows.length === 0 ? `<p role="status">${isWaiting ? 'Nobody waits.' : 'None in this time.'}</p>` : table(rows, isWaiting)}
${pager(filter, hasMore)}`;
}

const EXPLAINED: Readonly<Record<keyof typeof SHOW, string>> = {
  waiting: 'Customers who wait for an answer now.',
  slow: 'Finished episodes whose first response missed its target.',
  unhappy: 'Finished episodes with a score of 1 or 2, or a message that sounded negative.',
  abandoned: 'Finished episodes in which the customer was left without an answer.',
  all: 'Every finished episode.',
};

type Choices = Readonly<Record<'channel' | 'inbox', readonly Choice[]>>;

/** Those there are, and the chosen one even if it is none of them. */
function choicesOf(known: readonly Choice[], chosen: string): readonly Choice[] {
  const all = new Map(known.map((choice) => [choice.value, choice]));
  if (chosen !== '' && !all.has(chosen)) all.set(chosen, { value: chosen, title: chosen });
  return [{ value: '', title: 'any' }, ...all.values()];
}

function form(filter: EpisodeFilter, { channel, inbox }: Choices): string {
  const select = (name: string, label: string, options: readonly Choice[], chosen: string): string =>
    `<label>${label}<select name="${name}">${options.map(({ value, title }) => `<option value="${escapeHtml(value)}"${value === chosen ? ' selected' : ''}>${escapeHtml(title)}</option>`).join('')}</select></label>`;
  const fixed = (words: object): readonly Choice[] => Object.entries(words).map(([value, title]: [string, string]) => ({ value, title }));
  const isWaiting = filter.show === 'waiting';
  return `<form class="filter" method="get" action="/episodes"><input type="hidden" name="show" value="${filter.show}">
${select('channel', 'Channel', channel, filter.channel)}
${select('inbox', 'Inbox', inbox, filter.inbox)}
${isWaiting ? '' : select('hours', 'Closed in', fixed(HOURS), String(filter.hours))}
${select('sort', 'First', fixed(SORT).filter(({ value }) => !isWaiting || value === 'wait' || value === 'newest'), filter.sort)}
<button type="submit">Show</button></form>`;
}

/** What the form says, for paper, which has none. */
function inWords(filter: EpisodeFilter, choices: Choices): string {
  const titleOf = (name: 'channel' | 'inbox'): string => `${name} ${choices[name].find(({ value }) => value === filter[name])?.title ?? 'any'}`;
  const time = filter.show === 'waiting' ? [] : [`closed in the ${HOURS[filter.hours as keyof typeof HOURS]}`]; // one of them, see filterOf
  return [SHOW[filter.show as keyof typeof SHOW], titleOf('channel'), titleOf('inbox'), ...time, `${SORT[filter.sort as keyof typeof SORT]} first`, `page ${filter.page}`].join(', ');
}

function table(rows: readonly EpisodeRow[], isWaiting: boolean): string {
  const columns = ['Conversation', 'Channel, inbox', 'Opened', isWaiting ? 'Waits for' : 'First response', 'Queue', isWaiting ? 'Open for' : 'Length', ...(isWaiting ? [] : ['Ended', 'Score'])];
  const cell = (index: number, content: string, isNumber = false): string => `<td data-label="${columns[index]}"${isNumber ? ' class="number"' : ''}><span>${content}</span></td>`;
  const seconds = (value: number | null): string => (value === null ? '–' : `<span class="nowrap">${duration(value)}</span>`);
  const row = (each: EpisodeRow): string => `<tr><th scope="row"><a href="/episodes/${each.traceId}?of=${each.conversation}.${each.number}"><code>${each.conversation.slice(0, 8)}</code> #${each.number}</a></th>
${cell(1, `${escapeHtml(each.channel)}, ${escapeHtml(each.inbox)}${each.team === null ? '' : ` <small>team ${escapeHtml(each.team)}</small>`}`)}
${cell(2, instant(each.openedAt))}
${cell(3, `${each.waitSeconds === null ? 'none' : each.isAnswered || isWaiting ? seconds(each.waitSeconds) : `none in ${seconds(each.waitSeconds)}`}${each.isLate ? ' <span class="badge bad">late</span>' : ''}`, true)}
${cell(4, seconds(each.queueSeconds), true)}
${cell(5, seconds(each.lengthSeconds), true)}${isWaiting ? '' : `
${cell(6, escapeHtml(each.outcome.replaceAll('_', ' ')))}
${cell(7, `${each.score ?? '–'}${each.isNegative ? ' <span class="badge bad">sounded negative</span>' : ''}`, true)}`}</tr>`;
  return `<div class="wide" role="region" aria-label="Episodes" tabindex="0"><table class="stack"><thead><tr>${columns.map((name, index) =>
    `<th scope="col"${index >= 3 && index !== 6 ? ' class="number"' : ''}>${name}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(row).join('\n')}
</tbody></table></div>`;
}

function pager(filter: EpisodeFilter, hasMore: boolean): string {
  const links = [
    ...(filter.page > 1 ? [`<a rel="prev" href="${href({ ...filter, page: filter.page - 1 })}">Previous page</a>`] : []),
    ...(filter.page > 1 || hasMore ? [`<span>Page ${filter.page}</span>`] : []),
    ...(hasMore && filter.page < MAX_PAGE ? [`<a rel="next" href="${href({ ...filter, page: filter.page + 1 })}">Next page</a>`] : []),
    ...(hasMore && filter.page >= MAX_PAGE ? ['<span>There are more: narrow the filter.</span>'] : []),
  ];
  return links.length === 0 ? '' : `<nav aria-label="Pages" class="pager">${links.join('')}</nav>`;
}

const href = (filter: EpisodeFilter): string =>
  escapeHtml(`/episodes?${new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== '').map(([name, value]): [string, string] => [name, String(value)])).toString()}`);
