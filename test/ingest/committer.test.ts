import { expect, it } from 'vitest';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { createCommitter, type Committed, type Committer } from '../../exporter/ingest/committer.ts';
import type { Rejected } from '../../exporter/store/store.ts';
import { MemoryLog, message, sqlError } from './doubles.ts';

const submit = (committer: Committer, events: readonly CanonicalEvent[], rejected: readonly Rejected[] = [], alone = false): Promise<Committed> =>
  new Promise((resolve, reject) => {
    const accepted = committer.submit(events, rejected, (error, committed) => (committed ? resolve(committed) : reject(error)), alone);
    if (!accepted) reject(new Error('full'));
  });

const poisonImages = (code: string, wrap = false) => (event: CanonicalEvent): unknown => {
  if (event.kind !== 'message.inbound' || event.content !== 'image') return undefined;
  return wrap ? new Error('while saving', { cause: sqlError(code) }) : sqlError(code);
};

it('commits together what arrives while another transaction runs', async () => {
  const store = new MemoryLog();
  const seen: number[] = [];
  const committer = createCommitter({ store, maxPending: 100, onCommit: (events, seconds) => { seen.push(events); expect(seconds).toBeGreaterThanOrEqual(0); } });
  let open = (): void => {};
  store.gate = new Promise((resolve) => { open = resolve; });
  const first = submit(committer, [message('1')]);
  await new Promise(setImmediate);
  const rest = [submit(committer, [message('2')]), submit(committer, [message('3'), message('1')])];
  expect(committer.pending()).toBe(4);
  open();
  await Promise.all([first, ...rest]);
  await committer.drain();
  expect(store.batches).toEqual([1, 3]);
  expect(seen).toEqual([1, 3]);
  expect(committer.pending()).toBe(0);
});

it('turns away what exceeds the limit, but takes one large submission when nothing waits', async () => {
  const store = new MemoryLog();
  const committer = createCommitter({ store, maxPending: 2, maxBatch: 2 });
  const large = submit(committer, ['1', '2', '3', '4', '5'].map((id) => message(id)));
  await expect(submit(committer, [message('6')])).rejects.toThrow('full');
  expect((await large).stored).toBe(5);
  expect(store.batches).toEqual([2, 2, 1]);
  expect((await submit(committer, [message('6')])).stored).toBe(1);
});

it.each([['22P05', false], ['23514', false], ['22021', true]])('stores the neighbours of an event refused with %s', async (code, wrapped) => {
  const store = new MemoryLog();
  store.refuses = poisonImages(code, wrapped);
  const refused: string[] = [];
  const committer = createCommitter({ store, maxPending: 100, onRefused: (event) => refused.push(event.id) });
  const poison = message('bad', 'image');
  const [good, mixed] = await Promise.all([
    submit(committer, [message('1'), message('2')], [{ source: 'chatwoot', kind: 'unknown' }]),
    submit(committer, [message('3'), poison, message('4')]),
  ]);
  expect(store.events.size).toBe(4);
  expect(good.refused).toEqual([]);
  expect(mixed.refused).toEqual([poison]);
  expect(refused).toEqual([poison.id]);
  expect(store.rejected).toEqual(expect.arrayContaining([{ source: 'chatwoot', kind: 'unknown' }, { source: 'chatwoot', kind: 'message.inbound' }]));
  expect(store.rejected).toHaveLength(2);
});

it.each([['another SQLSTATE', sqlError('42P01')], ['a bug', new TypeError('undefined is not a function')]])('loses nothing to %s', async (_, error) => {
  const store = new MemoryLog();
  store.refuses = () => error;
  const committer = createCommitter({ store, maxPending: 100 });
  await expect(submit(committer, [message('1'), message('2')])).rejects.toBe(error);
  store.refuses = () => undefined;
  expect((await submit(committer, [message('1'), message('2')])).stored).toBe(2);
});

it('fails every submission of a transaction while the database is away, and goes on when it is back', async () => {
  const store = new MemoryLog();
  store.away = true;
  const errors: unknown[] = [];
  const committer = createCommitter({ store, maxPending: 100, onError: (error) => errors.push(error) });
  const outcomes = await Promise.allSettled([submit(committer, [message('1')]), submit(committer, [message('2')])]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(errors).toHaveLength(1);
  store.away = false;
  expect((await submit(committer, [message('1')])).stored).toBe(1);
});

it('counts exactly for a submission that asks to be alone', async () => {
  const committer = createCommitter({ store: new MemoryLog(), maxPending: 100 });
  const [, alone] = await Promise.all([submit(committer, [message('1')]), submit(committer, [message('1'), message('2')], [], true), submit(committer, [message('3')])]);
  expect(alone).toMatchObject({ stored: 1, duplicates: 1 });
});

it('answers the others when one answer cannot be given', async () => {
  const errors: unknown[] = [];
  const committer = createCommitter({ store: new MemoryLog(), maxPending: 100, onError: (error) => errors.push(error) });
  committer.submit([message('1')], [], () => { throw new Error('socket gone'); });
  expect((await submit(committer, [message('2')])).stored).toBe(2);
  expect(errors).toHaveLength(1);
});
