import { CAPABILITIES } from './source.ts';
import type { Capability, SourceAdapter } from './source.ts';

/** Markers in README.md; what stands between them is rendered. */
export const OVERVIEW_START = '<!-- sources:start -->';
export const OVERVIEW_END = '<!-- sources:end -->';

const HEADINGS: Readonly<Record<Capability, string>> = {
  messages: 'messages', replies: 'replies', agents: 'who replied', receipts: 'delivered, read', assignment: 'assigned', resolution: 'resolved',
  ratings: 'ratings', topics: 'topics', orders: 'orders',
};

/** The table of sources: what each can tell, with a link to its page. */
export function renderOverview(sources: readonly Pick<SourceAdapter, 'id' | 'title' | 'feeds'>[]): string {
  const rows = sources.map(({ id, title, feeds }) => [`[${title}](docs/sources/${id}.md)`, ...CAPABILITIES.map((each) => feeds[each] ?? '–')]);
  return [['source', ...CAPABILITIES.map((each) => HEADINGS[each])], CAPABILITIES.map(() => '---').concat('---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** README.md with the table renewed; as it is when it has no markers. */
export function renewOverview(readme: string, sources: readonly Pick<SourceAdapter, 'id' | 'title' | 'feeds'>[]): string {
  const [start, end] = [readme.indexOf(OVERVIEW_START), readme.indexOf(OVERVIEW_END)];
  return start < 0 || end < start ? readme : `${readme.slice(0, start + OVERVIEW_START.length)}\n${renderOverview(sources)}\n${readme.slice(end)}`;
}
