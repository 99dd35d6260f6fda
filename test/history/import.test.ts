import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { importHistory, type ImportOptions } from '../../exporter/history/import.ts';
import { openInput } from '../../exporter/history/lines.ts';
import { readZendeskTicket } from '../../exporter/history/zendesk.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { createStore, type Store } from '../../exporter/store/apply.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { createLedger } from '../../exporter/store/ledger.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { freshDatabase } from '../support/postgres.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const settingsFor = (): typeof DEFAULT_SETTINGS => DEFAULT_SETTINGS;
const enricher = createEnricher({ key: 'k', settingsFor });

/** Five events of one conversation; `c` tells conversations apart. */
const story = (c: number): readonly Record<string, unknown>[] => {
  const at = (seconds: number): string => new Date(Date.parse('2026-03-02T09:00:00Z') + c * 60_000 + seconds * 1000).toISOString();
  const base = { source: 'old', channel: 'whatsapp', inbox: 'main', conversation: `c${c}`, contact: `u${c}` };
  return [
    { ...base, id: `${c}a`, t: at(0), kind: 'message.inbound' },
    { ...base, id: `${c}b`, t: at(45), kind: 'message.outbound', message: `${c}reply`, author: 'agent', author_id: 'ana', template: { name: 'hello, you', category: 'utility' } },
    { ...base, id: `${c}c`, t: at(46), kind: 'message.status', message: `${c}reply`, status: 'read', pricing: { category: 'utility', billable: true } },
    { ...base, id: `${c}d`, t: at(180), kind: 'conversation.resolved', by: 'agent' },
    { ...base, id: `${c}e`, t: at(200), kind: 'survey.answered', survey: `${c}s`, score: 4 },
  ];
};
const STORIES = Array.from({ length: 2_000 }, (_, c) => story(c)).flat();

describe('import', () => {
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-import-'));
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let pool: ReturnType<typeof createPool>;
  let store: Store;
  beforeAll(async () => {
    database = await freshDatabase('import');
    pool = createPool(database.url);
    store = createStore({ url: database.url, pool, settingsFor, counting: countingOf(), now: () => NOW });
  });
  afterAll(async () => {
    await store.close();
    await pool.end();
    await database.drop();
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(() => pool.query('truncate replywatch.event, replywatch.conversation, replywatch.episode_facts, replywatch.observation, replywatch.metric_total, replywatch.survey_facts, replywatch.import'));

  const fileOf = (name: string, content: string | Buffer): string => {
    const path = join(directory, name);
    writeFileSync(path, content);
    return path;
  };
  const ndjson = (events: readonly unknown[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const rejections: [number, string][] = [];
  const run = async (path: string, change: Partial<ImportOptions> = {}): ReturnType<typeof importHistory> => {
    rejections.length = 0;
    return importHistory({
      input: await openInput(path), enricher, apply: (events) => store.applyHistory(events), ledger: createLedger(pool), now: () => NOW,
      onResume: () => undefined, onReject: (line, reason) => rejections.push([line, reason]), onProgress: () => undefined, ...change,
    });
  };
  const facts = async (): Promise<unknown> => ({
    episodes: (await pool.query('select * from replywatch.episode_facts order by conversation, number')).rows,
    observations: (await pool.query('select conversation, number, type, nth, at, seconds, business_seconds, agent, data, settled from replywatch.observation order by 1, 2, 3, 4')).rows,
    surveys: (await pool.query('select survey, score, answered_at from replywatch.survey_facts order by survey')).rows,
  });
  const counters = async (): Promise<unknown> => (await pool.query(`select total.key from replywatch.metric_total as total where total.key not like '@live|%' and total.value <> 0`)).rows;

  it('makes facts, moves no counter, and changes nothing when it is run again', async () => {
    const path = fileOf('plain.ndjson', ndjson(STORIES));
    expect(await run(path)).toEqual({ lines: STORIES.length, accepted: STORIES.length, duplicate: 0, rejected: 0 });
    const first = await facts() as { episodes: readonly Record<string, unknown>[]; observations: readonly { settled: boolean }[] };
    expect(first.episodes).toHaveLength(2_000);
    expect(first.episodes[0]).toMatchObject({ outcome: 'resolved_agent', frt_seconds: 45, resolution_seconds: 180 });
    expect(first.observations.every((row) => row.settled)).toBe(true);
    expect(await counters()).toEqual([]);
    expect(await run(path)).toEqual({ lines: STORIES.length, accepted: 0, duplicate: STORIES.length, rejected: 0 });
    expect(await facts()).toEqual(first);
    expect(await counters()).toEqual([]);
  });

  it('reads CSV and compressed files alike', async () => {
    const few = STORIES.slice(0, 50);
    await run(fileOf('few.ndjson.gz', gzipSync(ndjson(few))));
    const expected = await facts();
    await pool.query('truncate replywatch.event, replywatch.conversation, replywatch.episode_facts, replywatch.observation, replywatch.survey_facts');
    const columns = ['id', 't', 'kind', 'source', 'channel', 'inbox', 'conversation', 'contact', 'message', 'author', 'author_id', 'template.name', 'template.category', 'status', 'pricing.category', 'pricing.billable', 'by', 'survey', 'score'];
    const cell = (event: Record<string, unknown>, column: string): string => {
      const [outer = '', inner] = column.split('.');
      const value = inner === undefined ? event[outer] : (event[outer] as Record<string, unknown> | undefined)?.[inner];
      return value === undefined ? '' : `"${String(value).replaceAll('"', '""')}"`;
    };
    const csv = [columns.join(','), ...few.map((event) => columns.map((column) => cell(event, column)).join(','))].join('\r\n');
    expect(await run(fileOf('few.csv', csv))).toMatchObject({ accepted: 50, rejected: 0 });
    expect(rejections).toEqual([]);
    expect(await facts()).toEqual(expected);
  });

  it('lists what it refuses by line and reason, never by value, and takes the rest', async () => {
    const [good] = STORIES;
    const lines = [JSON.stringify(good), '{"id": "x"', '', '{"id":"y","t":"yesterday","kind":"message.inbound","conversation":"c"}', '{"id":"z","t":"1999-01-01T00:00:00Z","kind":"note.created"}', '[]', JSON.stringify({ ...good, id: 'w', 'a secret': 1 })];
    expect(await run(fileOf('bad.ndjson', lines.join('\n')))).toEqual({ lines: 7, accepted: 1, duplicate: 0, rejected: 5 });
    expect(rejections).toEqual([
      [2, 'is not JSON'], [4, 't: must be ISO 8601 with a zone or epoch milliseconds'], [5, 't: is out of range'], [6, 'is not an object'], [7, 'has a field this kind does not have'],
    ]);
    expect(await run(fileOf('bad.csv', 'id,t,kind,conversation\n1,2026-03-02T09:00:00Z,message.inbound,c1\n"2\nand more",soon,message.inbound,c1\n3,4,5,6,7\n4,"never closed'))).toMatchObject({ accepted: 1, rejected: 3 });
    expect(rejections).toEqual([[3, 't: must be ISO 8601 with a zone or epoch milliseconds'], [5, 'has 5 fields, the first line names 4'], [6, 'a quote is never closed']]);
  });

  it('reads an array on one line item by item, and refuses what is neither JSON nor a table', async () => {
    expect(await run(fileOf('array.json', JSON.stringify([...story(1), 7])))).toEqual({ lines: 1, accepted: 5, duplicate: 0, rejected: 1 });
    expect(rejections).toEqual([[1, 'item 6: is not an object']]);
    expect(await run(fileOf('garbage.txt', ['what is this, then', ...story(2).map((event) => JSON.stringify(event))].join('\n')))).toEqual({ lines: 6, accepted: 5, duplicate: 0, rejected: 1 });
    expect(rejections).toEqual([[1, 'is neither JSON nor the first line of a CSV, which names the fields, kind among them']]);
  });

  it('takes an export of a help desk for JSON, whatever it begins with', async () => {
    const ticket = (id: number) => ({ id, created_at: '2026-03-02T09:00:00Z', requester_id: 5, submitter_id: 5, via: { channel: 'web' }, description: 'Where is my order?', status: 'open' });
    expect(await run(fileOf('tickets.json', JSON.stringify([ticket(1), ticket(2), { id: 3 }])), { read: readZendeskTicket })).toMatchObject({ lines: 1, accepted: 2, rejected: 1 });
    expect(rejections).toEqual([[1, 'item 3: is no ticket']]);
    expect(await run(fileOf('tickets.txt', `id,kind\n${JSON.stringify(ticket(4))}\n`), { read: readZendeskTicket })).toMatchObject({ lines: 2, accepted: 1, rejected: 1 });
    expect(rejections).toEqual([[1, 'is not JSON']]);
  });

  it('goes on where it was broken off, unless the file has changed', async () => {
    const path = fileOf('broken.ndjson', ndjson(STORIES));
    let left = 2;
    const fails: ImportOptions['apply'] = async (events) => { if (left-- > 0) return store.applyHistory(events); throw new Error('killed'); };
    await expect(run(path, { apply: fails })).rejects.toThrow('killed');
    let resumed = 0;
    expect(await run(path, { onResume: (lines) => { resumed = lines; } })).toEqual({ lines: STORIES.length, accepted: STORIES.length, duplicate: 0, rejected: 0 });
    expect(resumed).toBe(4_000);
    const whole = await facts();

    left = 1;
    await pool.query('truncate replywatch.event, replywatch.conversation, replywatch.episode_facts, replywatch.observation, replywatch.survey_facts');
    await expect(run(path, { apply: fails })).rejects.toThrow('killed');
    resumed = 0;
    await run(fileOf('broken.ndjson', ndjson([...STORIES.slice(0, 100), ...STORIES.slice(105)])), { onResume: (lines) => { resumed = lines; } });
    expect(resumed).toBe(0);
    expect((await facts() as { episodes: readonly unknown[] }).episodes).toHaveLength(2_000); // the first run had stored what the new file lacks
    await run(fileOf('broken.ndjson', ndjson(STORIES)));
    expect(await facts()).toEqual(whole);
  });
});
