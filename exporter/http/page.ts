/** The page a person sees first: is it running, what arrives, where to paste which address. */

export interface SourceRow {
  readonly id: string;
  readonly title: string;
  /** The address to give to the provider. */
  readonly url: string;
  /** Epoch milliseconds; undefined: none yet. */
  readonly lastEventAt?: number | undefined;
  readonly eventsLastHour?: number | undefined;
  /** Items of kinds this version does not know. */
  readonly unknown?: number | undefined;
}

export interface PageModel {
  readonly name: string;
  readonly version: string;
  /** Why the service is not ready; undefined when it is. */
  readonly trouble?: string | undefined;
  readonly links: readonly { readonly title: string; readonly href: string }[];
  readonly sources: readonly SourceRow[];
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');

/** A whole HTML document around trusted `body` HTML; `title` is escaped. */
export function renderDocument(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body><main>
${body}
</main></body>
</html>
`;
}

/** The start page. */
export function renderPage({ name, version, trouble, links, sources }: PageModel): string {
  const state = trouble === undefined ? '<p role="status">Ready.</p>' : `<p role="status" class="trouble">Not ready: ${escapeHtml(trouble)}</p>`;
  const items = links.filter(({ href }) => /^(https?:\/\/|\/)/.test(href))
    .map(({ title, href }) => `<li><a href="${escapeHtml(href)}">${escapeHtml(title)}</a></li>`).join('\n');
  return renderDocument(name, `<h1>${escapeHtml(name)} <small>${escapeHtml(version)}</small></h1>
${state}
<nav aria-label="Links"><ul>
${items}
</ul></nav>
<h2>Sources</h2>
${sources.length === 0 ? '<p>No source is switched on: set the secrets of one and start again.</p>' : renderSources(sources)}`);
}

function renderSources(sources: readonly SourceRow[]): string {
  const rows = sources.map(({ id, title, url, lastEventAt, eventsLastHour, unknown }) => `<tr>
<th scope="row">${escapeHtml(title)} <small>${escapeHtml(id)}</small></th><td>${lastEventAt === undefined ? 'none yet' : time(lastEventAt)}</td>
<td>${eventsLastHour ?? '–'}</td><td>${unknown ?? '–'}</td><td><code>${escapeHtml(url)}</code></td></tr>`).join('\n');
  return `<div class="wide"><table>
<thead><tr><th scope="col">Source</th><th scope="col">Last event</th><th scope="col">Events in the last hour</th><th scope="col">Unknown kinds</th>
<th scope="col">Address for the provider</th></tr></thead>
<tbody>
${rows}
</tbody></table></div>`;
}

function time(at: number): string {
  const iso = new Date(at).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}

const STYLE = `:root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:0}main{max-width:64rem;margin:0 auto;padding:1.5rem}
small{font-weight:normal;opacity:.75}.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.4rem .8rem .4rem 0;border-bottom:1px solid color-mix(in srgb,currentColor 25%,transparent);vertical-align:top}
.trouble{border-left:.3rem solid #c33;padding-left:.7rem}pre{overflow-x:auto}code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}`;
