/** One episode drawn: where its time went, and every span of it with a bar. HTML for the words, SVG for the bars, so that both fit any width. */
import { duration, instant } from './episodes-style.ts';
import { escapeHtml } from './page.ts';

/** Times: epoch milliseconds UTC. */
export interface TimelineSpan {
  readonly name: string;
  /** `bot`, `queue`, `agent`, `customer`, `hold` or `delivery`. */
  readonly actor: string;
  readonly kind: 'phase' | 'kpi' | 'delivery' | 'survey';
  readonly start: number;
  readonly end: number;
  readonly failed: boolean;
  /** What is to be said of it, such as an error code, and whether that is bad. */
  readonly note?: string;
  readonly isBad: boolean;
}

export interface TimelineNumber { readonly label: string; readonly value: string; readonly note?: string; readonly verdict?: 'good' | 'bad' }

export interface EpisodeTimelineModel {
  /** Pseudonym of the conversation, shortened, and the number of the episode. */
  readonly name: string;
  readonly traceId: string;
  readonly conversation: string;
  readonly number: number;
  /** Where it took place: labels. */
  readonly place: readonly string[];
  readonly outcome: string;
  readonly isOpen: boolean;
  readonly openedAt: number;
  /** Of an open one: now. */
  readonly endedAt: number;
  readonly spans: readonly TimelineSpan[];
  readonly messages: readonly { readonly at: number; readonly from: string }[];
  readonly numbers: readonly TimelineNumber[];
  /** To the same trace in Grafana, where one is configured and the trace was sent. */
  readonly tempo?: string;
  /** Other episodes of the conversation. */
  readonly others: readonly { readonly title: string; readonly href: string }[];
}

/** Longer ones show their first and last rows. */
const MAX_ROWS = 400;
/** Width of every drawing, in its own units. */
const WIDTH = 1000;
/** So much of the episode's length is drawn: what goes on for hours after it, as a late delivery does, would squeeze the rest. */
const ROOM = 1.25;
/** A span of seconds within hours would not be seen. */
const MIN_WIDTH = 3;

export function renderEpisodeTimeline(model: EpisodeTimelineModel): string {
  const { openedAt, endedAt, isOpen } = model;
  const links = [...(model.tempo === undefined ? [] : [`<li><a href="${escapeHtml(model.tempo)}">Open the trace in Grafana</a></li>`]),
    ...model.others.map(({ title, href }) => `<li><a href="${escapeHtml(href)}">${escapeHtml(title)}</a></li>`)];
  return `<nav aria-label="Breadcrumb"><a href="/">Replywatch</a> › <a href="/episodes">Episodes</a> › ${escapeHtml(model.name)}</nav>
<h1>Episode ${escapeHtml(model.name)}</h1>
<p>${model.place.map(escapeHtml).join(' · ')}<br>${instant(openedAt)} to ${isOpen ? 'now' : instant(endedAt)}, <strong>${duration((endedAt - openedAt) / 1000)}</strong>
<span class="badge${isOpen ? '' : verdictOf(model.outcome)}">${escapeHtml(isOpen ? 'open' : model.outcome.replaceAll('_', ' '))}</span></p>
${links.length === 0 ? '' : `<nav aria-label="Elsewhere"><ul>${links.join('')}</ul></nav>`}
<h2>Figures</h2>
<dl class="cards">${model.numbers.map(card).join('')}</dl>
<h2>For whom the customer and the business waited</h2>
${overview(model)}
<h2>Step by step</h2>
${steps(model)}
<p class="muted"><small>Conversation <code>${escapeHtml(model.conversation)}</code>, trace <code>${escapeHtml(model.traceId)}</code>.</small></p>`;
}

const BAD = ['abandoned', 'missed', 'dropped', 'bot_abandoned'];
const verdictOf = (outcome: string): string => (BAD.includes(outcome) ? ' bad' : outcome.startsWith('resolved') ? ' good' : '');

const card = ({ label, value, note, verdict }: TimelineNumber): string =>
  `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}${note === undefined ? '' : `<small${verdict === undefined ? '' : ` class="badge ${verdict}"`}>${escapeHtml(note)}</small>`}</dd></div>`;

const ACTORS = { bot: 'Bot', queue: 'Queue', agent: 'Agent', customer: 'Customer', hold: 'On hold' } as const;

/** All phases in one strip, messages under it, and the sums as words. */
function overview({ spans, messages, openedAt, endedAt }: EpisodeTimelineModel): string {
  const phases = spans.filter(({ kind }) => kind === 'phase');
  const total = endedAt - openedAt;
  if (total === 0 || phases.length === 0) return '<p>It has no length: nobody waited for anybody.</p>';
  const sums = Object.entries(ACTORS).map(([actor, title]) => ({ actor, title, ms: phases.reduce((sum, span) => (span.actor === actor ? sum + span.end - span.start : sum), 0) })).filter(({ ms }) => ms > 0);
  const words = sums.map(({ title, ms }) => `${title} ${duration(ms / 1000)}`).join(', ');
  return `<ul class="legend">${sums.map(({ actor, title, ms }) => `<li><i class="f-${actor}"></i>${title} <strong>${duration(ms / 1000)}</strong> <span class="muted">${share(ms / total)}</span></li>`).join('')}</ul>
${drawing('strip', `Strip of the whole episode: ${words}`, phases.map((span) => rect(span, openedAt, total, `f-${span.actor}`)).join(''))}
${drawing('marks', `${messages.length} messages`, messages.slice(0, MAX_ROWS).map(({ at, from }) => mark(at, from, openedAt, total)).join(''))}
<div class="ticks" aria-hidden="true">${ticks(openedAt, endedAt).map((text) => `<span>${text}</span>`).join('')}</div>
<p class="muted"><small>Strokes under the strip are messages: upper half the customer's, lower half ours.</small></p>`;
}

const share = (ratio: number): string => (ratio < 0.01 ? '< 1 %' : `${Math.round(ratio * 100)} %`);

function steps({ spans, openedAt, endedAt }: EpisodeTimelineModel): string {
  const length = endedAt - openedAt;
  const total = Math.min(Math.max(endedAt, ...spans.map(({ end }) => end)) - openedAt, length === 0 ? Infinity : length * ROOM);
  const shown = spans.length > MAX_ROWS ? [...spans.slice(0, MAX_ROWS / 2), ...spans.slice(-MAX_ROWS / 2)] : spans;
  const row = (span: TimelineSpan): string => {
    const colour = span.failed ? 'failed' : span.kind === 'survey' ? 'survey' : span.actor;
    return `<tr class="${span.kind === 'delivery' ? 'child' : span.kind === 'phase' ? 'step' : 'beside'}"><th scope="row">${span.kind === 'kpi' ? '' : `<span class="swatch f-${colour}"></span>`}${escapeHtml(span.name)}${span.note === undefined ? '' : ` <span class="badge${span.isBad ? ' bad' : ''}">${escapeHtml(span.note)}</span>`}</th>
<td class="number nowrap">${clock(span.start, openedAt)}</td><td class="number nowrap">${duration((span.end - span.start) / 1000)}</td>
<td class="chart" aria-hidden="true">${drawing('bar', undefined, rect(span, openedAt, total, span.kind === 'kpi' ? 'f-kpi' : `f-${colour}`))}</td></tr>`;
  };
  return `<p class="muted"><small>Filled bars tell whom the episode waited for, outlined ones are times as they are counted. Very short bars are drawn wider than they are, and what goes on long after the end is cut.</small></p>
${shown.length < spans.length ? `<p>${spans.length - shown.length} steps in the middle are left out.</p>` : ''}
<div class="wide" role="region" aria-label="Steps" tabindex="0"><table class="spans"><thead><tr><th scope="col">What</th><th scope="col" class="number">From</th><th scope="col" class="number">Took</th><th scope="col">When</th></tr></thead>
<tbody>
${shown.map(row).join('\n')}
</tbody></table></div>`;
}

/** Stretched to the width there is; without a label it is decoration. */
const drawing = (name: string, label: string | undefined, content: string): string =>
  `<svg class="${name}" viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" ${label === undefined ? 'aria-hidden="true" focusable="false"' : `role="img" aria-label="${escapeHtml(label)}"`}>${content}</svg>`;

function rect({ name, start, end }: TimelineSpan, from: number, total: number, style: string): string {
  const scale = WIDTH / Math.max(1, total);
  const within = (at: number): number => Math.min(WIDTH, Math.max(0, (at - from) * scale));
  const width = Math.max(MIN_WIDTH, within(end) - within(start));
  const x = Math.min(WIDTH - width, within(start));
  return `<rect class="${style}" x="${x.toFixed(2)}" y="0" width="${width.toFixed(2)}" height="10"><title>${escapeHtml(name)}, ${duration((end - start) / 1000)}</title></rect>`;
}

function mark(at: number, from: string, begin: number, total: number): string {
  const x = Math.min(WIDTH - 2, ((at - begin) / total) * WIDTH);
  const [colour, y] = from === 'customer' ? ['customer', 0.5] : [from === 'bot' ? 'bot' : from === 'agent' ? 'agent' : 'delivery', 5.5];
  return `<rect class="f-${colour}" x="${x.toFixed(2)}" y="${y}" width="2" height="4"><title>${escapeHtml(from)}</title></rect>`;
}

/** Five times along the strip: the clock within a day, the date for longer ones. */
function ticks(from: number, to: number): readonly string[] {
  const length = to - from;
  return [0, 0.25, 0.5, 0.75, 1].map((part) => {
    const iso = new Date(from + part * length).toISOString();
    return length > 86_400_000 ? `${iso.slice(5, 10)} ${iso.slice(11, 16)}` : length > 600_000 ? iso.slice(11, 16) : iso.slice(11, 19);
  });
}

/** Time of day, with the days since the beginning. */
function clock(at: number, from: number): string {
  const day = Math.floor(at / 86_400_000) - Math.floor(from / 86_400_000);
  return `${new Date(at).toISOString().slice(11, 19)}${day > 0 ? ` +${day} d` : ''}`;
}
