import { escapeHtml } from './page.ts';

/** HTML for the Markdown our runbooks use: headings, paragraphs, lists, tables, fenced and inline code, bold, links. Everything is escaped first. */
export function renderRunbook(markdown: string): string {
  const out: string[] = [];
  let open: keyof typeof ENDS | undefined;
  let fenced = false;
  const close = (): void => {
    if (open) out.push(ENDS[open]);
    open = undefined;
  };
  for (const line of markdown.split('\n')) {
    const heading = /^(#{1,4}) (.*)$/.exec(line);
    const item = /^(?:[-*]|(\d+)\.) (.*)$/.exec(line);
    if (line.startsWith('```')) {
      close();
      out.push(fenced ? '</code></pre>' : '<pre><code>');
      fenced = !fenced;
    } else if (fenced) out.push(escapeHtml(line));
    else if (line.trim() === '') close();
    else if (heading) {
      close();
      out.push(`<h${heading[1]!.length}>${inline(heading[2]!)}</h${heading[1]!.length}>`);
    } else if (line.startsWith('|')) {
      const isHead = open !== 'table';
      if (isHead) {
        close();
        out.push('<div class="wide"><table>');
        open = 'table';
      }
      if (!/^[|\s:-]+$/.test(line)) out.push(tableRow(line, isHead ? 'th' : 'td'));
    } else if (item) {
      const list = item[1] === undefined ? 'ul' : 'ol';
      if (open === list) out.push('</li>');
      else {
        close();
        out.push(`<${list}>`);
        open = list;
      }
      out.push(`<li>${inline(item[2]!)}`);
    } else {
      if (!open) {
        out.push('<p>');
        open = 'p';
      }
      out.push(inline(line.trim()));
    }
  }
  close();
  if (fenced) out.push('</code></pre>');
  return out.join('\n');
}

/** What ends a block. */
const ENDS = { p: '</p>', ul: '</li></ul>', ol: '</li></ol>', table: '</table></div>' } as const;

/** A bar within code has a backslash before it, as on GitHub. */
function tableRow(line: string, cell: 'th' | 'td'): string {
  const texts = line.replace(/^\|/, '').replace(/\|\s*$/, '').split(/(?<!\\)\|/);
  return `<tr>${texts.map((text) => `<${cell}>${inline(text.trim().replaceAll('\\|', '|'))}</${cell}>`).join('')}</tr>`;
}

/** HTML of the list of all runbooks, by name; the first sentence of each says what it is about. */
export function renderRunbookList(pages: readonly { readonly name: string; readonly markdown: string }[]): string {
  const items = pages.map(({ name, markdown }) => `<li><a href="/runbooks/${escapeHtml(name)}">${escapeHtml(name)}</a><br>${inline(firstSentence(markdown))}</li>`);
  return `<nav aria-label="Breadcrumb"><a href="/">Replywatch</a> › Runbooks</nav>\n<h1>Runbooks</h1>\n<p>What each alert means, what it does to customers, and what to do.</p>\n<ul>\n${items.join('\n')}\n</ul>`;
}

function firstSentence(markdown: string): string {
  const [, paragraph = ''] = /## Meaning\n\n([\s\S]*?)(?:\n\n|$)/.exec(markdown) ?? [];
  return /^[\s\S]*?[.:](?=\s|$)/.exec(paragraph.replaceAll('\n', ' '))?.[0].replace(/:$/, '.') ?? paragraph;
}

/** Code spans first: nothing inside them is marked up. Pages of the repository's own are not served here: of links to them the words stay. */
function inline(text: string): string {
  return text.split(/(`[^`]+`)/).map((part) => (part.startsWith('`') && part.length > 1 ? `<code>${escapeHtml(part.slice(1, -1))}</code>`
    : escapeHtml(part).replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
      .replace(/\[([^\]]+)\]\(((?:https?:\/\/|\.?\/)?[\w./#?=%~:-]+)\)/g, (whole, title: string, href: string) =>
        (href.startsWith('../') ? title : /^(https?:\/\/|[^:]*$)/.test(href) ? `<a href="${href}">${title}</a>` : whole)))).join('');
}
