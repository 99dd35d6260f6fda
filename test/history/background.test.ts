import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, type Config } from '../../exporter/config.ts';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { createLogger } from '../../exporter/log.ts';
import { reasonToRebuild, rebuild } from '../../exporter/rebuild.ts';
import { startRebuilding } from '../../exporter/rebuilding.ts';
import { SOURCES } from '../../exporter/sources/index.ts';
import { createStore } from '../../exporter/store/apply.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { exclusively } from '../../exporter/store/rebuilds.ts';
import { DERIVERS } from '../../exporter/store/derive/index.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { freshDatabase } from '../support/postgres.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');

describe('a change of what facts mean', () => {
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-rebuild-'));
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let pool: ReturnType<typeof createPool>;
  const configOf = (file: string): Config => loadConfig({
    env: { REPLYWATCH_CONFIG: 'replywatch.yml', EVENTS_TOKEN: 'long-enough-for-a-token-of-tests' }, sources: SOURCES, cwd: directory, readFile: (path) => { if (path.endsWith('replywatch.yml')) return file; throw Object.assign(new Error('no file'), { code: 'ENOENT' }); } });
  beforeAll(async () => {
    database = await freshDatabase('background');
    pool = createPool(database.url);
  });
  afterAll(async () => {
    await pool.end();
    await database.drop();
    rmSync(directory, { recursive: true, force: true });
  });

  const missedTarget = async (): Promise<number> =>
    Number((await pool.query(`select count(*) as n from reporting.episodes where episodes.sla_first_response = 'missed'`)).rows[0].n);

  it('is found, computed in the background and marked for dashboards; nothing else is', { timeout: 60_000 }, async () => {
    const before = configOf('tz: UTC\n');
    expect(await reasonToRebuild(pool, before, NOW)).toBeUndefined(); // nothing stored yet
    const enricher = createEnricher({ key: 'k', settingsFor: before.settingsFor });
    const store = createStore({ url: database.url, pool, settingsFor: before.settingsFor, counting: countingOf(), now: () => NOW });
    const event = (c: number, at: number, more: object): CanonicalEvent => {
      const t = Date.parse('2026-03-02T09:00:00Z') + at * 1000;
      return enricher.enrich({ id: `${c} ${at}`, source: 'events', channel: 'whatsapp', inbox: 'main', t, receivedAt: t, conversation: `c${c}`, contact: `u${c}`, ...more } as never)!;
    };
    await store.apply(Array.from({ length: 250 }, (_, c) => [
      event(c, 0, { kind: 'message.inbound', message: `${c} q`, content: 'text' }), event(c, 45, { kind: 'message.outbound', message: `${c} a`, content: 'text', author: 'agent' }),
      event(c, 90, { kind: 'conversation.resolved', by: 'agent' }),
    ]).flat());
    await store.close();
    expect(await reasonToRebuild(pool, before, NOW)).toBeUndefined();
    expect(await missedTarget()).toBe(0);

    const after = configOf('tz: UTC\ntargets: { sla_frt: 30s }\n');
    expect(await reasonToRebuild(pool, after, NOW)).toBe('settings');
    const told: number[] = [];
    const running = startRebuilding({
      pool, config: after, counting: countingOf(), now: () => NOW, log: createLogger('silent'),
      series: { setGauges: (_, rows) => void told.push(rows[0]?.value ?? -1) },
    });
    await expect.poll(async () => (await pool.query('select at from reporting.recalculations where changed > 0')).rows.length, { timeout: 30_000 }).toBe(1);
    await expect.poll(() => told, { timeout: 20_000 }).toEqual([0.4, 0.8, 1, -1]);
    await running.stop();
    expect(await missedTarget()).toBe(250);
    const { rows } = await pool.query('select reason, changed, differences from reporting.recalculations order by at desc, changed desc limit 1');
    expect(rows).toMatchObject([{ reason: 'settings', differences: { episode_facts: { added: 0, removed: 0, changed: 250, same: 0 } } }]);
    expect((await pool.query('select distinct version from replywatch.episode_facts')).rows).toHaveLength(1);
    expect(await reasonToRebuild(pool, after, NOW)).toBeUndefined();
  });

  it('goes on where it was ended, and lets one process at a time rebuild', { timeout: 60_000 }, async () => {
    const config = configOf('tz: UTC\ntargets: { sla_frt: 1h }\n');
    const stopping = new AbortController();
    const seen: number[] = [];
    const options = { pool, config, counting: countingOf(), now: () => NOW, reason: 'settings' as const };
    expect(await exclusively(pool, async () => ({ meanwhile: await rebuild({ ...options, onProgress: () => undefined }) }))).toEqual({ meanwhile: undefined });
    expect(await rebuild({ ...options, signal: stopping.signal, onProgress: (done) => { seen.push(done); stopping.abort(); } })).toBeUndefined();
    expect(await reasonToRebuild(pool, config, NOW)).toBe('settings');
    expect(await rebuild({ ...options, onProgress: (done) => seen.push(done) })).toMatchObject({ episode_facts: { changed: 250 } });
    expect(seen).toEqual([100, 200, 250]);
    expect(await missedTarget()).toBe(0);
  });

  it('reaches old messages with a new price list, and every fact names what it was computed with', { timeout: 60_000 }, async () => {
    const file = 'tz: UTC\ntargets: { sla_frt: 1h }\n';
    const before = configOf(file);
    const enricher = createEnricher({ key: 'k', settingsFor: before.settingsFor });
    const store = createStore({ url: database.url, pool, settingsFor: before.settingsFor, counting: countingOf(), now: () => NOW });
    const t = Date.parse('2026-03-02T12:00:00Z');
    const campaign = { source: 'events', channel: 'whatsapp', inbox: 'main', t, receivedAt: t, conversation: 'c1', contact: 'u1', message: 'offer' };
    await store.apply([
      enricher.enrich({ ...campaign, id: 'offer', kind: 'message.outbound', content: 'template', author: 'campaign' } as never)!,
      enricher.enrich({ ...campaign, id: 'read', kind: 'message.status', status: 'read', pricing: { category: 'marketing', type: 'regular', model: 'PMP' } } as never)!,
    ]);
    await store.close();
    const anew = (config: Config): ReturnType<typeof rebuild> => rebuild({ pool, config, counting: countingOf(), now: () => NOW, reason: 'settings', onProgress: () => undefined });
    const cost = async (): Promise<unknown> => (await pool.query('select cost from replywatch.message_facts where campaign is not null or cost is not null or price_type is not null')).rows;
    await anew(before);
    expect(await cost()).toEqual([{ cost: null }]);
    expect(await reasonToRebuild(pool, before, NOW)).toBeUndefined();

    const priced = configOf(`${file}prices:\n  - {from: 2025-07-01, currency: EUR, rates: {"marketing:*": 0.05}}\n`);
    expect(await reasonToRebuild(pool, priced, NOW)).toBe('settings');
    expect(await anew(priced)).toMatchObject({ message_facts: { changed: 1 }, episode_facts: { changed: 0 } });
    expect(await cost()).toEqual([{ cost: 0.05 }]);
    for (const table of DERIVERS.flatMap((deriver) => deriver.tables)) {
      const { rows } = await pool.query(`select distinct fact.version, computation.settings -> 'prices' -> 0 ->> 'currency' as currency
        from replywatch.${table.name} as fact left join replywatch.computation on computation.version = fact.version`);
      expect(rows, table.name).toEqual(rows.length === 0 ? [] : [{ version: expect.any(String), currency: 'EUR' }]);
    }
  });
});
