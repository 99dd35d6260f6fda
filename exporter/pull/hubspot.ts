/**
 * Messages of HubSpot, of which webhooks tell neither text nor direction: every minute the threads that have a newer one.
 * https://developers.hubspot.com/docs/api-reference/conversations-conversations-inbox-&-messages-v3/guide
 */
import { noFindings } from '../sources/findings.ts';
import { readHubspotMessages } from '../sources/hubspot-message.ts';
import { idOf, isRecord, list, record, textOf, timeOf, type Json } from '../sources/json.ts';
import { PullFailure, type Found, type Pull, type PullContext } from './pull.ts';

const THREADS = '/conversations/v3/conversations/threads';
const PER_PAGE = 100;
const MOST_PAGES = 10_000;

/** Follows `paging.next.after`. */
async function* pages(get: PullContext['get'], path: string, query: Readonly<Record<string, string>>): AsyncIterable<Json> {
  let after: string | undefined;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = record(await get(path, { ...query, limit: PER_PAGE, after }));
    yield answer;
    after = textOf(record(record(answer['paging'])['next'])['after']);
    if (after === undefined) return;
  }
  throw new PullFailure('unreadable', 'its pages do not end');
}

/** Newest first, until those that an earlier run has read. */
async function messagesOf(get: PullContext['get'], thread: string, from: number, now: number): Promise<Found> {
  const found = noFindings();
  for await (const answer of pages(get, `${THREADS}/${thread}/messages`, { sort: '-createdAt' })) {
    const newer = list(answer['results']).filter((each) => isRecord(each) && (timeOf(each['createdAt']) ?? now) >= from);
    if (newer.length > 0 && !readHubspotMessages(found, { results: newer }, { source: 'hubspot', receivedAt: now })) found.malformed.push('results');
    if (newer.length < list(answer['results']).length) break;
  }
  return { events: found.events, malformed: found.malformed };
}

/** What is younger when a run begins may still change under it, and is read by the next one as well: milliseconds. */
const OVERLAP_MS = 60_000;

/**
 * Threads come by the time of their last message. `from` is the time up to which all messages are read, `at` how far a run came that was
 * broken off: it goes on there, and still reads each thread from `from` on.
 */
const messages: Pull = {
  name: 'hubspot_messages', source: 'hubspot', schedule: '* * * * *',
  async run({ get, cursor, save, now, since }) {
    const from = timeOf(cursor?.['from']) ?? since;
    let at = timeOf(cursor?.['at']) ?? from;
    for await (const answer of pages(get, THREADS, { sort: 'latestMessageTimestamp', latestMessageTimestampAfter: new Date(at).toISOString() })) {
      for (const thread of list(answer['results']).filter(isRecord)) {
        const id = idOf(thread['id']);
        at = Math.max(at, timeOf(thread['latestMessageTimestamp']) ?? at);
        if (id !== undefined) await save(await messagesOf(get, id, from, now), { from, at });
      }
    }
    const readTo = Math.max(from, Math.min(at, now - OVERLAP_MS));
    await save({}, { from: readTo, at: readTo });
  },
};

/** All of HubSpot. */
export const HUBSPOT_PULLS: readonly Pull[] = [messages];
