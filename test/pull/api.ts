/** A platform's API on a port of its own, and a runner that reads it into a database. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Pool } from 'pg';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import type { Api } from '../../exporter/pull/client.ts';
import type { Pull } from '../../exporter/pull/pull.ts';
import { createPullRunner, type PullRunner } from '../../exporter/pull/runner.ts';
import { createStore, type Store } from '../../exporter/store/apply.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { createPullState } from '../../exporter/store/pull-state.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { freshDatabase } from '../support/postgres.ts';

/** 2026-06-09T16:00:00Z. */
export const NOW = 1_781_020_800_000;

export interface Asked { readonly path: string; readonly query: URLSearchParams; readonly headers: IncomingHttpHeaders }
export interface Said { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }

export interface FakeApi {
  readonly url: string;
  readonly asked: Asked[];
  /** Answers before the routes do, each once. */
  readonly trouble: Said[];
  close(): Promise<void>;
}

/** A body that is a text is sent as it is. */
export async function serve(route: (asked: Asked, url: string) => Said): Promise<FakeApi> {
  const asked: Asked[] = [];
  const trouble: Said[] = [];
  let base = '';
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', base);
    const one = { path: url.pathname, query: url.searchParams, headers: request.headers };
    asked.push(one);
    const { status = 200, headers = {}, body = {} } = trouble.shift() ?? route(one, base);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: base, asked, trouble, close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }) };
}

export interface Bench {
  readonly pool: Pool;
  readonly store: Store;
  /** What was waited for, in milliseconds; nobody really waits. */
  readonly waits: number[];
  readonly runs: [string, string][];
  /** Added to the clock. */
  ahead: number;
  runner(pulls: readonly Pull[], api: Api): PullRunner;
  events(): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

export const enricher = createEnricher({ key: 'k', settingsFor: () => DEFAULT_SETTINGS });

/** A database to pull into. */
export async function bench(name: string): Promise<Bench> {
  const database = await freshDatabase(name);
  const pool = createPool(database.url);
  const store = createStore({ url: database.url, pool, settingsFor: () => DEFAULT_SETTINGS, counting: countingOf(), now: () => NOW });
  const self: Bench = {
    pool, store, waits: [], runs: [], ahead: 0,
    runner: (pulls, api) => createPullRunner({
      pulls, apiOf: () => api, store: createPullState(pool), pastMs: 7 * 86_400_000, now: () => NOW + self.ahead, log: { warn: () => undefined, debug: () => undefined },
      take: async (events, isPast) => {
        const stored = events.map((event) => enricher.enrich(event)!);
        await (isPast ? store.applyHistory(stored) : store.apply(stored, []));
      },
      onRun: (pull, outcome) => self.runs.push([pull, outcome]), onSuccess: () => undefined,
      pause: async (ms, signal) => {
        signal.throwIfAborted();
        self.waits.push(ms);
        self.ahead += ms;
      },
    }),
    events: async () => (await pool.query<{ kind: string; t: Date; data: Record<string, unknown> | null }>('select * from replywatch.event order by t, kind')).rows,
    async close() {
      await store.close();
      await pool.end();
      await database.drop();
    },
  };
  return self;
}
