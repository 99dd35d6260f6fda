/** The page a person sees first: is it running, what arrives, where to paste which address. */

export interface SourceRow {
  readonly id: string;
  readonly title: string;
  /** The address to give to the provider; absent: the source is off. */
  readonly url?: string | undefined;
  /** What would turn it on, in words; only for a source that is off. */
  readonly wants?: string | undefined;
  /** Epoch milliseconds; undefined: none yet. */
  readonly lastEventAt?: number | undefined;
  /** Undefined: not known. */
  readonly eventsLastHour?: number | undefined;
  /** Kinds that this version does not know, as often as this process has seen them. */
  readonly unknown?: readonly { readonly kind: string; readonly times: number }[] | undefined;
}

/** What the start page shows. */
export interface PageModel {
  readonly name: string;
  readonly version: string;
  /** Why the service is not ready; undefined when it is. */
  readonly trouble?: string | undefined;
  readonly links: readonly { readonly title: string; readonly href: string }[];
  readonly sources: readonly SourceRow[];
  /** Said under the table, each in a paragraph. */
  readonly notes?: readonly string[];
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** For text and for attributes in double quotes. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

/** A whole HTML document around trusted `body` HTML; `title` is escaped. `style`: CSS of its own. */
export function renderDocument(title: string, body: string, style = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body><main>
${body}
</main></body>
</html>
`;
}

/** The start page. */
export function renderPage({ name, version, trouble, links, sources, notes = [] }: PageModel): string {
  const state = trouble === undefined ? '<p role="status" class="well">Ready.</p>' : `<p role="status" class="trouble">Not ready: ${escapeHtml(trouble)}</p>`;
  const items = links.filter(({ href }) => /^(https?:\/\/|\/)/.test(href))
    .map(({ title, href }) => `<li><a href="${escapeHtml(href)}">${escapeHtml(title)}</a></li>`).join('\n');
  return renderDocument(name, `<h1>${escapeHtml(name)} <small>${escapeHtml(version)}</small></h1>
${state}
<nav aria-label="Links"><ul>
${items}
</ul></nav>
<h2>Sources</h2>
${renderSources(sources)}
${notes.map((note) => `<p>${escapeHtml(note)}</p>`).join('\n')}`);
}

function renderSources(sources: readonly SourceRow[]): string {
  const cells = (source: SourceRow): string => (source.url === undefined
    ? `<td colspan="4">off; ${escapeHtml(source.wants ?? '')} would turn it on</td>`
    : `<td>${source.lastEventAt === undefined ? 'none yet' : time(source.lastEventAt)}</td>
<td class="number">${source.eventsLastHour ?? '–'}</td><td>${unknownKinds(source.unknown ?? [])}</td><td><code>${escapeHtml(source.url)}</code></td>`);
  const rows = sources.map((source) => `<tr><th scope="row">${escapeHtml(source.title)} <small>${escapeHtml(source.id)}</small></th>${cells(source)}</tr>`).join('\n');
  return `<div class="wide" role="region" aria-label="Sources" tabindex="0"><table>
<thead><tr><th scope="col">Source</th><th scope="col">Last event</th><th scope="col" class="number">Events, last hour</th><th scope="col">Unknown kinds</th>
<th scope="col">Address for the provider</th></tr></thead>
<tbody>
${rows}
</tbody></table></div>`;
}

const unknownKinds = (kinds: readonly { readonly kind: string; readonly times: number }[]): string =>
  (kinds.length === 0 ? 'none' : kinds.map(({ kind, times }) => `<code>${escapeHtml(kind)}</code> × ${times}`).join('<br>'));

function time(at: number): string {
  const iso = new Date(at).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

const STYLE = `:root{color-scheme:light dark;--line:color-mix(in srgb,currentColor 25%,transparent)}body{font:1rem/1.5 system-ui,sans-serif;margin:0}
main{max-width:72rem;margin:0 auto;padding:1.5rem}small{font-weight:normal;opacity:.75}nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;list-style:none;padding:0}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.5rem 1.2rem .5rem 0;border-bottom:1px solid var(--line);vertical-align:top}
thead th{font-size:.875rem;vertical-align:bottom}time{white-space:nowrap}.number{text-align:right;font-variant-numeric:tabular-nums}
.well,.trouble{border-left:.3rem solid #2a8a4a;padding-left:.7rem}.trouble{border-color:#c33}pre{overflow-x:auto}
code{font-family:ui-monospace,monospace;font-size:.925em;overflow-wrap:anywhere}
td:last-child code{white-space:nowrap;user-select:all}`;
