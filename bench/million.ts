/**
 * A database with a million open conversations. A thousand are told to the exporter by webhooks and folded; the rest are copies of their
 * rows, made in SQL with ids of their own, so that every state is one that the fold wrote. The log of the copies is left out.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { createLogger } from '../exporter/log.ts';
import { LUMEN_HOME } from '../exporter/simulator/business.ts';
import { signedHeaders } from '../exporter/simulator/sign.ts';
import { echoBody, inboundBody } from '../exporter/simulator/whatsapp-bodies.ts';
import { startEmbeddedPostgres } from '../exporter/store/embedded.ts';
import { startExporter } from './exporter-process.ts';
import { SECRET } from './servers.ts';

export const CONVERSATIONS = 1_000_000;
const TOLD = 1_000;
/** Of those told, the ones whose episode falls due for its close by inactivity while the benchmark runs. */
const ENDING = 20;
/** How many conversations the clock will close. */
export const DUE = ENDING * (CONVERSATIONS / TOLD);

const DAY = 86_400_000;
/** Time to build the database before those of `ENDING` fall due. */
const HEADSTART = 60_000;
const LINE = LUMEN_HOME.inboxes.find((inbox) => inbox.kind === 'line')!;

export interface Million { readonly databaseUrl: string; readonly directory: string; readonly pool: pg.Pool }

/** Builds it in a directory of its own, does the work and removes everything. */
export async function withMillion(work: (million: Million) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-bench-'));
  chmodSync(directory, 0o711); // Postgres runs as another user when we are root
  writeFileSync(join(directory, 'replywatch.yml'), 'settings:\n  clock_skew: 12h\n'); // see traffic.ts
  const postgres = await startEmbeddedPostgres({ dataDir: directory, log: createLogger('warn') });
  const pool = new pg.Pool({ connectionString: postgres.url, max: 2 });
  pool.on('error', () => undefined); // the server may be gone before its last connection
  try {
    const from = performance.now();
    await tell(postgres.url, directory, pool);
    await multiply(pool);
    const { rows: [size] } = await pool.query<{ open: number; bytes: string }>(
      "select count(*)::int as open, pg_size_pretty(pg_total_relation_size('replywatch.conversation')) as bytes from replywatch.conversation where position('\"open\":{' in state) > 0");
    console.log(`${size?.open} open conversations in Postgres (${size?.bytes}), made in ${((performance.now() - from) / 1000).toFixed(0)} s: ${TOLD} from webhooks, the rest copies`);
    await work({ databaseUrl: postgres.url, directory, pool });
  } finally {
    await pool.end();
    await postgres.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Posts the stories of a day: a question; in two of three an answer; in one of three another question, which waits. */
async function tell(databaseUrl: string, directory: string, pool: pg.Pool): Promise<void> {
  const exporter = await startExporter({ databaseUrl, directory });
  const now = Date.now();
  try {
    for (let n = 0; n < TOLD; n += 20) await Promise.all(Array.from({ length: 20 }, (_, i) => tellOne(exporter.webhookPort, n + i, now)));
    // Their targets have lapsed long ago: copied before the clock has seen to that, a million would be due at once.
    while ((await pool.query('select from replywatch.conversation where wake_at <= now() limit 1')).rowCount !== 0) await sleep(100);
  } finally {
    await exporter.stop();
  }
}

async function tellOne(port: number, n: number, now: number): Promise<void> {
  const who = { country: 'DE', language: 'de', name: `Customer ${n}`, phone: String(491_510_990_000 + n), userId: `DE.${n}`, username: undefined } as const;
  const asked = n < ENDING ? now - DAY + HEADSTART : now - DAY + HEADSTART * 10 + Math.floor((n / TOLD) * (DAY - HEADSTART * 20));
  const bodies = [
    inboundBody(LUMEN_HOME, LINE, who, `wamid.bench.${n}.1`, asked, { type: 'text', text: { body: 'Where is my parcel?' } }),
    ...(n % 3 > 0 ? [echoBody(LUMEN_HOME, LINE, who, `wamid.bench.${n}.2`, asked + 20_000, 'It arrives tomorrow.')] : []),
    ...(n % 3 > 1 ? [inboundBody(LUMEN_HOME, LINE, who, `wamid.bench.${n}.3`, asked + 50_000, { type: 'text', text: { body: 'At what time?' } })] : []),
  ];
  for (const body of bodies) {
    const headers = signedHeaders({ source: 'whatsapp', body }, { whatsapp: SECRET, chatwoot: '' }, now);
    const { status } = await fetch(`http://127.0.0.1:${port}/webhooks/whatsapp`, { method: 'POST', headers, body });
    if (status !== 200) throw new Error(`a webhook was answered ${status}`);
  }
}

/** Copies every row until there are enough, and raises the live figures to match. */
async function multiply(pool: pg.Pool): Promise<void> {
  const copies = CONVERSATIONS / TOLD - 1;
  await pool.query(
    `insert into replywatch.conversation (id, version, state, wake_at, waiting_since, channel, inbox)
     select gen_random_uuid(), told.version, told.state, told.wake_at, told.waiting_since, told.channel, told.inbox
       from replywatch.conversation as told cross join generate_series(1, $1::int)`, [copies]);
  await pool.query("update replywatch.metric_total set value = value * $1::float8 where key like '@live|%'", [copies + 1]);
  await pool.query('vacuum analyze replywatch.conversation');
}
