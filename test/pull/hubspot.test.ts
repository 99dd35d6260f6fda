import { afterAll, beforeAll, expect, it } from 'vitest';
import { HUBSPOT_PULLS } from '../../exporter/pull/hubspot.ts';
import type { PullRunner } from '../../exporter/pull/runner.ts';
import { bench, NOW, serve, type Asked, type Bench, type FakeApi, type Said } from './api.ts';

const iso = (minutesAgo: number): string => new Date(NOW - minutesAgo * 60_000).toISOString();
interface Message { readonly createdAt: string; readonly [name: string]: unknown }
const message = (thread: number, number: number, minutesAgo: number, rest: object = {}): Message => ({
  type: 'MESSAGE', id: `m${thread}-${number}`, conversationsThreadId: String(thread), createdAt: iso(minutesAgo), createdBy: 'V-5', client: { clientType: 'HUBSPOT' },
  senders: [{ actorId: 'V-5' }], recipients: [], archived: false, text: 'hello', attachments: [], direction: 'INCOMING', channelId: '1000', channelAccountId: '4', ...rest,
});
/** Newest last. Thread 1 has two pages of messages, and threads come in two pages. */
const threads = new Map<number, Message[]>([
  [1, Array.from({ length: 130 }, (_, n) => message(1, n, 600 - n, n % 2 === 1 ? { direction: 'OUTGOING', senders: [{ actorId: 'A-31' }], createdBy: 'A-31' } : {}))],
  ...Array.from({ length: 101 }, (_, n): [number, Message[]] => [n + 2, [message(n + 2, 0, 400 - n)]]),
  [200, [message(200, 0, 60 * 24 * 30)]],
]);

/** The thread whose messages cannot be had. */
let away: number | undefined = 60;

function page(rows: readonly object[], query: URLSearchParams): Said {
  const start = Number(query.get('after') ?? 0);
  const end = start + Number(query.get('limit'));
  return { body: { results: rows.slice(start, end), ...(end < rows.length && { paging: { next: { after: String(end) } } }) } };
}

function route({ path, query, headers }: Asked): Said {
  if (headers.authorization !== 'Bearer tok') return { status: 401, body: { status: 'error' } };
  if (path === '/conversations/v3/conversations/threads') {
    const after = Date.parse(query.get('latestMessageTimestampAfter')!);
    const rows = [...threads].map(([id, messages]) => ({ id: String(id), status: 'OPEN', latestMessageTimestamp: messages.at(-1)!.createdAt }));
    return page(rows.filter((row) => Date.parse(row.latestMessageTimestamp) >= after).toSorted((a, b) => Date.parse(a.latestMessageTimestamp) - Date.parse(b.latestMessageTimestamp)), query);
  }
  const id = Number(/threads\/(\d+)\/messages$/.exec(path)?.[1]);
  if (id === away) return { status: 503 };
  const thread = threads.get(id);
  return thread ? page(thread.toReversed(), query) : { status: 404 };
}

let api: FakeApi;
let desk: Bench;
let runner: PullRunner;
beforeAll(async () => {
  api = await serve(route);
  desk = await bench('pull_hubspot');
  runner = desk.runner(HUBSPOT_PULLS, { url: api.url, headers: { authorization: 'Bearer tok' } });
});
afterAll(async () => {
  await api.close();
  await desk.close();
});

const counted = async (): Promise<Readonly<Record<string, number>>> => {
  const counts: Record<string, number> = {};
  for (const { kind } of await desk.events()) counts[String(kind)] = (counts[String(kind)] ?? 0) + 1;
  return counts;
};
const asked = (): readonly string[] => api.asked.splice(0).map(({ path }) => path.replace('/conversations/v3/conversations/threads', ''));

it('reads the threads of a week with all their messages, and goes on where it was cut off', async () => {
  expect(await runner.runNow('hubspot_messages')).toBe('unavailable');
  away = undefined;
  asked();
  expect(await runner.runNow('hubspot_messages')).toBe('success');
  expect(asked()).not.toContain('/20/messages');
  expect(await counted()).toEqual({ 'message.inbound': 65 + 101, 'message.outbound': 65 });
});

it('reads of a thread only what is new to it', async () => {
  asked();
  threads.get(1)!.push(message(1, 130, 0, { text: 'anything new?' }));
  expect(await runner.runNow('hubspot_messages')).toBe('success');
  expect(asked().filter((path) => path.startsWith('/1/'))).toHaveLength(1);
  expect(await counted()).toEqual({ 'message.inbound': 66 + 101, 'message.outbound': 65 });
});

it('takes a broken message for itself alone', async () => {
  threads.set(300, [message(300, 0, 0), message(300, 1, 0, { id: null }), message(300, 2, 0, { type: 'THREAD_STATUS_CHANGE', newStatus: 'CLOSED', createdBy: 'A-31' })]);
  expect(await runner.runNow('hubspot_messages')).toBe('success');
  expect(await counted()).toEqual({ 'message.inbound': 66 + 102, 'message.outbound': 65, 'conversation.resolved': 1 });
});
