/** The resident memory of the exporter with a million open conversations: webhooks, scrapes, due work and traces going on at once. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startExporter, type ExporterProcess } from './exporter-process.ts';
import { drive } from './load.ts';
import { DUE, withMillion } from './million.ts';
import { startReceiver } from './receiver.ts';
import { SECRET } from './servers.ts';
import { createTraffic } from './traffic.ts';

const ROUNDS = 12;
const ROUND_MS = 5_000;
const PER_ROUND = 20_000;
const CONNECTIONS = 64;

/** Prints what happened each five seconds and at last `rss <number> MB`: the most the process ever held. Linux only. */
export async function run(): Promise<void> {
  await withMillion(async ({ databaseUrl, directory, pool }) => {
    const receiver = await startReceiver();
    const exporter = await startExporter({ databaseUrl, directory, env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } });
    try {
      console.log(`${CONNECTIONS} connections post as fast as they are answered, a scrape each second, ${DUE} conversations fall due; ready after ${exporter.readySeconds.toFixed(2)} s`);
      const busy = new AbortController();
      const scraping = scrape(exporter, busy.signal);
      await load(exporter, async () => {
        const { rows: [row] } = await pool.query<{ closed: number; traces: number }>(
          "select (select count(*)::int from replywatch.episode_facts) as closed, (select count(*)::int from replywatch.trace_outbox where state = 'exported') as traces");
        return `${row?.closed} closed by the clock, ${row?.traces} traces sent`;
      });
      busy.abort();
      console.log(`${await scraping} scrapes; ${await failures(exporter)}`);
      console.log(`rss ${memory(exporter.pid, 'VmHWM').toFixed(0)} MB`);
    } finally {
      await exporter.stop();
      await receiver.close();
    }
  });
}

async function load(exporter: ExporterProcess, progress: () => Promise<string>): Promise<void> {
  const traffic = createTraffic({ secret: SECRET, conversations: 20_000, events: 1 });
  for (let round = 1; round <= ROUNDS; round++) {
    const requests = traffic(PER_ROUND);
    let used = 0;
    const { answered } = await drive({ port: exporter.webhookPort, connections: CONNECTIONS, milliseconds: ROUND_MS, next: () => requests[used++] });
    console.log(`round ${round}  ${answered} webhooks, ${await progress()}, rss now ${memory(exporter.pid, 'VmRSS').toFixed(0)} MB`);
  }
}

async function scrape({ telemetryUrl }: ExporterProcess, until: AbortSignal): Promise<number> {
  let scrapes = 0;
  while (!until.aborted) {
    await (await fetch(`${telemetryUrl}/metrics`, { headers: { accept: 'application/openmetrics-text;version=1.0.0' } })).text();
    scrapes++;
    await sleep(1_000, undefined, { signal: until }).catch(() => undefined);
  }
  return scrapes;
}

/** States that the fold could not read would be counted here. */
async function failures({ telemetryUrl }: ExporterProcess): Promise<string> {
  const text = await (await fetch(`${telemetryUrl}/metrics`)).text();
  const sample = (name: string): string => new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(text)?.[1] ?? 'absent';
  return `fold failures ${sample('replywatch_fold_failures_total')}, commits ${sample('replywatch_commit_seconds_count')}`;
}

/** Megabytes (10⁶ bytes), from the kernel: `VmRSS` now, `VmHWM` the most so far. */
const memory = (pid: number, field: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024 / 1e6;

if (import.meta.main) await run();
