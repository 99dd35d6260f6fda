import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { createCommitter } from '../../exporter/ingest/committer.ts';
import { createSpool, type Held, type Spool, type SpoolOptions } from '../../exporter/ingest/spool.ts';
import { MemoryLog, message } from './doubles.ts';

let directory: string;
let store: MemoryLog;
let spools: Spool[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'spool-'));
  store = new MemoryLog();
  spools = [];
});
afterEach(async () => {
  await Promise.all(spools.map((spool) => spool.stop()));
  rmSync(directory, { recursive: true, force: true });
});

function start(options: Partial<SpoolOptions> = {}): Spool {
  const spool = createSpool({ directory, committer: createCommitter({ store, maxPending: 10_000 }), holdMs: 60, retryMs: 20, ...options });
  spools.push(spool);
  return spool;
}
const never = { retryMs: 3_600_000, holdMs: 0 };
const hold = (spool: Spool, ...events: readonly CanonicalEvent[]): Promise<Held> => new Promise((resolve) => spool.hold(events, [], resolve));

it('stores what is held when the database comes back in time', async () => {
  store.away = true;
  const spool = start({ holdMs: 10_000 });
  const held = hold(spool, message('1'));
  store.away = false;
  expect(await held).toBe('stored');
  expect(readdirSync(directory)).toEqual([]);
});

it('writes to disk when it does not, and drains by itself when it is back', async () => {
  store.away = true;
  const sizes: number[] = [];
  const spool = start({ onSize: (events) => sizes.push(events) });
  expect(await hold(spool, message('1'), message('2'))).toBe('spooled');
  expect(spool.size()).toBe(2);
  expect(await spool.drain()).toBe(false);
  expect(spool.size()).toBe(2);
  store.away = false;
  await expect.poll(() => spool.size()).toBe(0);
  expect([...store.events.keys()]).toEqual([message('1').id, message('2').id]);
  expect(readdirSync(directory)).toEqual([]);
  expect(sizes.at(-1)).toBe(0);
});

it('does not hold while an outage is known', async () => {
  store.away = true;
  const spool = start({ ...never, holdMs: 60_000, retryMs: 10 });
  const first = hold(spool, message('1'));
  await spool.stop();
  expect(await first).toBe('spooled');
  const next = start({ retryMs: 3_600_000, holdMs: 60_000 });
  expect(await hold(next, message('2'))).toBe('spooled');
});

it('takes up in order what a killed process left, half a line included', async () => {
  store.away = true;
  const killed = start(never);
  await hold(killed, message('1'));
  await hold(killed, message('2'));
  const [name] = readdirSync(directory);
  const whole = readFileSync(join(directory, name!), 'utf8');
  expect(whole.split('\n')).toHaveLength(3);
  appendFileSync(join(directory, name!), whole.slice(0, 40));

  store.away = false;
  let damaged = 0;
  const next = start({ ...never, onDamaged: (lines) => { damaged += lines; } });
  expect(next.size()).toBeGreaterThan(0);
  expect(await next.drain()).toBe(true);
  expect([...store.events.values()]).toEqual([message('1'), message('2')]);
  expect(damaged).toBe(1);
  expect(readdirSync(directory)).toEqual([]);
});

it('keeps writing while it drains, each event once', async () => {
  store.away = true;
  const spool = start(never);
  await hold(spool, message('1'));
  store.away = false;
  const drained = spool.drain();
  const during = Array.from({ length: 20 }, (_, i) => hold(spool, message(`d${i}`)));
  await Promise.all([drained, ...during]);
  await spool.drain();
  expect(store.events.size).toBe(21);
  expect(spool.size()).toBe(0);
});

it('says so when the disk takes nothing', async () => {
  store.away = true;
  const errors: unknown[] = [];
  const spool = start({ ...never, onError: (error) => errors.push(error) });
  rmSync(directory, { recursive: true });
  writeFileSync(directory, '');
  expect(await hold(spool, message('1'))).toBe('failed');
  expect(errors).toHaveLength(1);
});

it('holds nothing that names a person', async () => {
  store.away = true;
  const spool = start(never);
  await hold(spool, message('customer-34600111222'));
  const [name] = readdirSync(directory);
  expect(readFileSync(join(directory, name!), 'utf8')).not.toContain('34600111222');
});
