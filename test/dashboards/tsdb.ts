/** A real Prometheus that remembers a past: OpenMetrics files made into blocks. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger } from '../../exporter/log.ts';
import { answers, startChild, whenUp } from '../../exporter/stack/child.ts';
import { findPrometheus } from '../../exporter/stack/find.ts';
import { promtool } from '../support/prometheus.ts';

export interface Series { readonly metric: Readonly<Record<string, string>>; readonly values: readonly (readonly [at: number, value: number])[] }

/** Times are epoch seconds. */
export interface Tsdb {
  instant(expr: string, at: number): Promise<readonly Series[]>;
  range(expr: string, from: number, to: number, step: number): Promise<readonly Series[]>;
  stop(): Promise<void>;
}

/** Each file becomes blocks of its own; within one file all samples of a metric stand together. */
export async function startTsdb(files: readonly string[]): Promise<Tsdb> {
  const binary = findPrometheus();
  if (binary === undefined) throw new Error('Prometheus is not installed; npm test installs it');
  const folder = await mkdtemp(path.join(tmpdir(), 'tsdb-'));
  // One block instead of hundreds; the flag is not in --help.
  for (const file of files) {
    const made = await promtool(['tsdb', 'create-blocks-from', '--max-block-duration=1488h', 'openmetrics', file, path.join(folder, 'data')]);
    if (made.code !== 0) throw new Error(made.output);
  }
  await writeFile(path.join(folder, 'prometheus.yml'), 'global: {}\n');
  const child = await startChild({
    name: 'prometheus', command: binary, logFile: path.join(folder, 'prometheus.log'), log: createLogger('silent'),
    args: [`--config.file=${path.join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${path.join(folder, 'data')}`, '--storage.tsdb.retention.time=20y', '--web.listen-address=127.0.0.1:0'],
  });
  const url = await whenUp(child, async () => {
    const address = /"?Listening on"?.*address=(127\.0\.0\.1:\d+)/.exec(child.output())?.[1];
    return address !== undefined && (await answers(`http://${address}/-/ready`)) ? `http://${address}` : undefined;
  });
  return {
    instant: (expr, at) => ask(`${url}/api/v1/query`, { query: expr, time: String(at) }),
    range: (expr, from, to, step) => ask(`${url}/api/v1/query_range`, { query: expr, start: String(from), end: String(to), step: String(step) }),
    stop: async () => {
      await child.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/#expression-queries */
interface Answer {
  readonly error?: string;
  readonly data?: { readonly result: readonly { readonly metric: Series['metric']; readonly value?: readonly [number, string]; readonly values?: readonly (readonly [number, string])[] }[] };
}

async function ask(url: string, form: Readonly<Record<string, string>>): Promise<readonly Series[]> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  const answer = await response.json() as Answer; // the form of that page
  if (answer.error !== undefined || !answer.data) throw new Error(`${answer.error ?? response.statusText}: ${form['query'] ?? ''}`);
  return answer.data.result.map(({ metric, value, values }) => ({ metric, values: (values ?? (value ? [value] : [])).map(([at, text]) => [at, Number(text)] as const) }));
}
