import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { freePort } from '../../exporter/store/embedded.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import { startPrometheus, type Server } from '../support/prometheus.ts';
import { until } from '../support/until.ts';
import { cleanUp, startExporter, temporaryDirectory, type Exporter } from './exporter.ts';
import { expectConsistent, scrape, sum } from './figures.ts';
import { load, newTally, pause, redeliver, whatsappMessage } from './load.ts';

/** Counted before the window of the query: a reset would add it once more. */
const EARLIER = 2_000;

let database: FreshDatabase;
let pool: pg.Pool;
let directories: string[];
let ports: number[];
let started: Exporter[];
let prometheus: Server | undefined;

beforeEach(async () => {
  database = await freshDatabase('takeover');
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  pool.on('error', () => undefined);
  [directories, started, prometheus] = [[temporaryDirectory(), temporaryDirectory()], [], undefined];
  ports = [await freePort(), await freePort()];
});

afterEach(async () => {
  await prometheus?.stop();
  await cleanUp(started, directories);
  await pool.end();
  await database.drop();
});

/** The replica of this address, again or for the first time: both come back where Prometheus looks for them. */
const start = async (place: 0 | 1): Promise<Exporter> => {
  const exporter = await startExporter({ databaseUrl: database.url, dataDir: directories[place]!, telemetryPort: ports[place]! });
  started.push(exporter);
  return exporter;
};

test('Prometheus, set up as we ship it, sees the right increase() over four take-overs: two lost sessions, kill -9 and SIGTERM', async () => {
  const replicas: [Exporter, Exporter] = [await start(0), await start(1)];
  prometheus = await startPrometheus({ config: shipped(ports.map((port) => `127.0.0.1:${port}`)) });
  const tally = newTally();
  const living = (): readonly number[] => replicas.filter((replica) => replica.alive()).map((replica) => replica.webhookPort);
  // Each message goes to every living replica.
  let traffic = load((n) => whatsappMessage('earlier', n), living, tally, 16);
  await until('much is counted', () => tally.acked.size >= EARLIER, 60_000);
  await traffic.stop();
  const first = await stored();
  await until('Prometheus has seen it', async () => await number('sum(chat_messages_total)') === first);
  await pause(3_000); // samples that do not change: the window begins within them
  const from = Date.now();

  traffic = load((n) => whatsappMessage('later', n), living, tally, 4, 20);
  const watch = watchTogether(() => replicas);
  const takeOver = async (how: (leader: Exporter) => Promise<unknown>): Promise<Exporter> => {
    const [leader] = await leading(replicas);
    await pause(3_000);
    await how(leader);
    await until('somebody serves the counters', async () => (await leading(replicas)).length === 1);
    await pause(3_000);
    return leader;
  };
  for (let n = 0; n < 2; n++) await takeOver(() => pool.query(END_OF_THE_SESSION));
  const killed = await takeOver((leader) => leader.end('SIGKILL'));
  const place = killed === replicas[0] ? 0 : 1;
  replicas[place] = await start(place);
  await takeOver((leader) => leader.end('SIGTERM'));
  await traffic.stop();
  expect(await watch.stop()).toEqual([]);
  const [survivor] = await leading(replicas);
  await redeliver(survivor!.webhookPort, tally);
  expect(tally.open.size).toBe(0);
  const last = await stored();
  await until('Prometheus has seen it', async () => await number('sum(chat_messages_total)') === last);
  await pause(3_000);

  const window = `${Math.ceil((Date.now() - from) / 1000)}s`;
  const increase = await number(`sum(increase(chat_messages_total[${window}]))`);
  console.log(`four take-overs: increase() ${increase.toFixed(1)} within ${window}, stored meanwhile ${last - first}, before ${first}`);
  // Prometheus extrapolates to the edges of the window: by less than an interval of many.
  expect(Math.abs(increase / (last - first) - 1)).toBeLessThan(0.03);
  expect(await number(`sum(resets(chat_messages_total[${window}]))`)).toBe(0);
  expect(await number('count(count by (instance) (chat_messages_total))')).toBe(1);
  const own = await (await fetch(`${prometheus.url}/metrics`)).text();
  for (const trouble of ['sample_duplicate_timestamp', 'sample_out_of_order', 'sample_out_of_bounds']) expect(own).toMatch(new RegExp(`^prometheus_target_scrapes_${trouble}_total 0$`, 'm'));
  await expectConsistent(pool, survivor!, tally, true);
}, 600_000);

/** The session that holds the lock; its process lives on. Either of the two may have the lock next. */
const END_OF_THE_SESSION = `select pg_terminate_backend(activity.pid) from pg_stat_activity as activity where activity.datname = current_database()
  and activity.application_name = 'replywatch leader' and activity.pid in (select lock.pid from pg_locks as lock where lock.locktype = 'advisory' and lock.granted)`;

/** Looks at all replicas twenty times a second: together they are one counter. `stop` tells when it fell, or was shown twice at once. */
function watchTogether(replicas: () => readonly Exporter[]): { stop(): Promise<readonly string[]> } {
  const troubles: string[] = [];
  let highest = 0;
  let running = true;
  const watching = (async () => {
    for (; running; await pause(50)) {
      const seen = await Promise.all(replicas().map((replica) => (replica.alive() ? scrape(replica) : undefined)));
      const shown = seen.flatMap((figures) => (figures ? [sum(figures, 'chat_messages_total')] : []));
      if (shown.length > 1 || shown.some((value) => value < highest)) troubles.push(`${shown.join(' and ')} after ${highest}`);
      highest = Math.max(highest, ...shown);
    }
  })();
  return { async stop() { running = false; await watching; return troubles; } };
}

/** Our configuration with these targets, scraping twice a second; rules and alerts are not for here. */
function shipped(targets: readonly string[]): object {
  const file = z.looseObject({ global: z.looseObject({}), scrape_configs: z.array(z.looseObject({ job_name: z.string() })) });
  const { global, scrape_configs: jobs } = file.parse(parse(readFileSync(new URL('../../provisioning/prometheus/prometheus.yml', import.meta.url), 'utf8')));
  return { global: { ...global, scrape_interval: '500ms' }, scrape_configs: jobs.filter(({ job_name: name }) => name === 'replywatch').map((job) => ({ ...job, static_configs: [{ targets }] })) };
}

async function stored(): Promise<number> {
  const { rows } = await pool.query<{ n: number }>("select count(*)::int as n from replywatch.event as event where event.kind in ('message.inbound', 'message.outbound')");
  return rows[0]!.n;
}

/** The value of a query with one result; NaN when there is none. */
async function number(query: string): Promise<number> {
  const answer = z.object({ data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }) });
  const { data } = answer.parse(await (await fetch(`${prometheus!.url}/api/v1/query?query=${encodeURIComponent(query)}`)).json());
  return Number(data.result[0]?.value[1]);
}

/** The replicas that serve the counters of the cluster: one, or none for a moment. */
async function leading(replicas: readonly Exporter[]): Promise<readonly [Exporter, ...Exporter[]]> {
  return until('a replica leads', async () => {
    const serving = await Promise.all(replicas.map(async (replica) => (replica.alive() && await scrape(replica) ? [replica] : [])));
    const [one, ...more] = serving.flat();
    return one && [one, ...more] as const;
  });
}
