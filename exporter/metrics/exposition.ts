import { setImmediate as nextTurn } from 'node:timers/promises';

/** The text formats that Prometheus reads. */
export type Format = 'openmetrics' | 'classic';

/** Prometheus 3 refuses a scrape whose type or version it does not know. */
const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  classic: 'text/plain; version=0.0.4; charset=utf-8',
};

/** The format for a scraper, and how the answer names it. */
export interface Negotiated { readonly format: Format; readonly contentType: string }

/** OpenMetrics for whoever accepts it, classic text for the rest. */
export function negotiate(accept: string | undefined): Negotiated {
  const format = accept?.toLowerCase().includes('application/openmetrics-text') ? 'openmetrics' : 'classic';
  return { format, contentType: CONTENT_TYPES[format] };
}

/** OpenMetrics text of the cluster, in slices of whole lines without an end mark: `PersistedSeries`. */
export interface SlicedSource { slices(): Promise<readonly Buffer[]> }

/** OpenMetrics text of this process, with an end mark: `ProcessMetrics`. */
export interface TextSource { render(): Promise<string> }

/** The whole answer to a scrape. */
export interface Scrape { readonly contentType: string; readonly body: Buffer }

/** Joins the two into one document, in the format the client accepts. Reads memory only. */
export function createExposition(cluster: SlicedSource, own: TextSource): { scrape(accept: string | undefined): Promise<Scrape> } {
  return {
    async scrape(accept) {
      const { format, contentType } = negotiate(accept);
      const slices = [...await cluster.slices(), Buffer.from(await own.render())];
      await nextTurn(); // prom-client has just held the event loop for a millisecond or two
      const document = Buffer.concat(slices);
      return { contentType, body: format === 'openmetrics' ? document : Buffer.from(await classicText(document.toString())) };
    },
  };
}

/** Lines between two turns of the event loop. */
const SLICE = 1_000;

/** Classic text with the same samples, for clients that do not accept OpenMetrics: curl, promtool check metrics. */
export async function classicText(openMetrics: string): Promise<string> {
  const counters = new Set(Array.from(openMetrics.matchAll(/^# TYPE (\S+) counter$/gm), ([, name]) => name));
  const slices: string[] = [];
  for (let from = 0, lines: string[] = []; from < openMetrics.length; ) {
    const to = openMetrics.indexOf('\n', from);
    const line = to === -1 ? openMetrics.slice(from) : openMetrics.slice(from, to);
    from = to === -1 ? openMetrics.length : to + 1;
    if (line !== '' && line !== '# EOF') lines.push(classicLine(line, counters));
    if (lines.length < SLICE && from < openMetrics.length) continue;
    slices.push(lines.map((each) => `${each}\n`).join(''));
    lines = [];
    await nextTurn();
  }
  return slices.join('');
}

function classicLine(line: string, counters: ReadonlySet<string | undefined>): string {
  if (line.startsWith('#')) {
    const [, keyword, name = '', rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    return keyword !== undefined && counters.has(name) ? `# ${keyword} ${name}_total ${rest}` : line;
  }
  // Cheap test first: few lines carry an exemplar, and a label value may contain the same text.
  if (!line.includes(' # {')) return line;
  const exemplar = line.indexOf(' # {', endOfLabels(line));
  return exemplar === -1 ? line : line.slice(0, exemplar);
}

function endOfLabels(line: string): number {
  const open = line.indexOf('{');
  if (line.slice(0, open).includes(' ')) return 0; // no labels: a brace after a space opens an exemplar
  let quoted = false;
  for (let i = open + 1; i < line.length; i++) {
    if (quoted && line[i] === '\\') i++;
    else if (line[i] === '"') quoted = !quoted;
    else if (line[i] === '}' && !quoted) return i;
  }
  return line.length;
}
