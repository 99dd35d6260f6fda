/** What scrapes tell and an export of history does not (gauges of the moment, series at zero, the process itself), laid out in time. */
import { createReadStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createInterface } from 'node:readline';

/** `name{labels}` of one line of an exposition, without labels of the target. */
const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;

interface Sample { readonly name: string; readonly labels: string; readonly value: string }

function samplesOf(exposition: string): Map<string, Sample> {
  const samples = new Map<string, Sample>();
  for (const line of exposition.split('\n')) {
    if (line.startsWith('#')) continue;
    const [, name = '', labels = '', value = ''] = LINE.exec(withoutExemplar(line)) ?? [];
    if (name === '' || name.endsWith('_created')) continue;
    const own = labels.split(/,(?=\w+=")/).filter((label) => label !== '' && !/^(job|instance)="/.test(label)).join(',');
    samples.set(`${name}{${own}}`, { name, labels: own, value });
  }
  return samples;
}

const withoutExemplar = (line: string): string => {
  const at = line.lastIndexOf(' # {');
  return at === -1 ? line : line.slice(0, at);
};

/** Series an export has, as `samplesOf` names them. */
export async function seriesIn(file: string): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (line.startsWith('#')) continue;
    const end = line.indexOf('}');
    found.add([...samplesOf(`${line.slice(0, end + 1)} 0`).keys()][0] ?? '');
  }
  return found;
}

/** One job and its exposition at first and at last. `first` is what it said until `turn`; `seconds` is how long it took to say. */
export interface Scraped { readonly job: string; readonly instance: string; readonly first: string; readonly last: string; readonly seconds: number }

/**
 * Writes samples at `times` (epoch seconds) of every series that `known` has not, and what Prometheus notes of each scrape. From `turn` on they have the last value; a gauge
 * that only one of the scrapes has is there for its part only, a counter from 0.
 */
export async function writeScrapes(file: string, scrapes: readonly Scraped[], { times, turn, known, more }: {
  readonly times: readonly number[]; readonly turn: number; readonly known: ReadonlySet<string>; readonly more: readonly string[];
}): Promise<void> {
  const out = createWriteStream(file);
  const families = new Map<string, string[]>();
  const put = (family: string, line: string): void => void (families.get(family) ?? families.set(family, []).get(family)!).push(line);
  for (const { job, instance, first, last, seconds } of scrapes) {
    const [before, after] = [samplesOf(first), samplesOf(last)];
    const types = new Map([...`${first}\n${last}`.matchAll(/^# TYPE (\S+) (\w+)/gm)].map(([, name = '', type = '']) => [name, type]));
    const target = `job="${job}",instance="${instance}"`;
    for (const [key, { name, labels }] of new Map([...before, ...after])) {
      if (known.has(key)) continue;
      const counter = /_(total|bucket|sum|count)$/.test(name);
      const old = before.get(key)?.value ?? (counter ? '0' : undefined);
      const value = after.get(key)?.value;
      for (const at of times) {
        const now = at < turn ? old : value;
        if (now !== undefined) put(familyOf(name, types), `${name}{${target}${labels === '' ? '' : `,${labels}`}} ${now} ${at}`);
      }
    }
    // What Prometheus notes of every scrape.
    for (const at of times) {
      put('up', `up{${target}} 1 ${at}`);
      for (const name of ['scrape_samples_scraped', 'scrape_samples_post_metric_relabeling']) put(name, `${name}{${target}} ${after.size} ${at}`);
      put('scrape_duration_seconds', `scrape_duration_seconds{${target}} ${seconds} ${at}`);
    }
  }
  for (const [family, lines] of families) out.write(`# TYPE ${family} unknown\n${lines.join('\n')}\n`);
  out.write(more.join(''));
  out.end('# EOF\n');
  await finished(out);
}

/** Samples of a family stand together, so a histogram is one; its type does not matter to the blocks. */
const familyOf = (name: string, types: ReadonlyMap<string, string>): string => {
  const base = name.replace(/_(bucket|sum|count|total)$/, '');
  return types.has(name) ? name : types.has(base) ? base : name;
};
