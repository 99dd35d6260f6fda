/**
 * Chatwoot's webhooks are sent once and never again, its agents' presence is in none, and a rating given while nobody listened is lost. All three
 * are read from its API. https://developers.chatwoot.com/api-reference
 */
import type { AgentStatus, ParsedEvent } from '../core/event.ts';
import { chatwoot } from '../sources/chatwoot.ts';
import { idOf, isRecord, list, record, timeOf, wordOf, type Json } from '../sources/json.ts';
import { presenceOf, type Standing } from './presence.ts';
import { PullFailure, type Pull, type PullContext } from './pull.ts';

/** Pages of the API. */
const RATINGS_PER_PAGE = 25;
const MESSAGES_PER_PAGE = 20;
/** Ratings are sorted by their creation; what was created while a page was read is read again. */
const OVERLAP_MS = 3_600_000;
/** By how much its clock may differ from ours. What is read twice for it is counted as a duplicate, so not longer. */
const CLOCKS_MS = 300_000;
const MOST_PAGES = 10_000;

const PRESENCE: ReadonlyMap<unknown, AgentStatus> = new Map<unknown, AgentStatus>([['online', 'online'], ['busy', 'busy'], ['offline', 'offline']]);

/** The live adapter's reading of these bodies. */
function told(bodies: readonly { readonly at: number; readonly body: Json }[]): { readonly events: readonly ParsedEvent[]; readonly malformed: readonly string[] } {
  const found = bodies.map(({ at, body }) => chatwoot.parse({ method: 'POST', url: '', headers: {}, body: Buffer.from(JSON.stringify(body)), receivedAt: at }, { source: chatwoot.id }));
  return { events: found.flatMap(({ events }) => events), malformed: found.flatMap(({ malformed }) => malformed) };
}

/** Answers of surveys, oldest first. Its list names the conversation by the number that agents see, so that is looked up. */
const ratings: Pull = {
  name: 'chatwoot_ratings', source: 'chatwoot', schedule: '4-59/15 * * * *',
  async run({ get, cursor, save, now, since }) {
    const from = timeOf(cursor?.['createdAt']) ?? since;
    const query = { since: Math.floor((from - OVERLAP_MS) / 1000), until: Math.floor(now / 1000), sort: 'created_at' };
    const inboxes = new Map<string, Json>();
    let newest = from;
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const rows = list(await get('/csat_survey_responses', { ...query, page }));
      const bodies: { at: number; body: Json }[] = [];
      for (const row of rows.filter(isRecord)) {
        const [number, message, t] = [idOf(row['conversation_id']), idOf(row['message_id']), timeOf(row['created_at'])];
        if (number === undefined || message === undefined || t === undefined) continue;
        if (!inboxes.has(number)) inboxes.set(number, asInWebhooks(record(await get(`/conversations/${number}`))));
        newest = Math.max(newest, t);
        bodies.push({ at: t, body: {
          event: 'message_updated', id: row['message_id'], message_type: 'template', content_type: 'input_csat', conversation: inboxes.get(number), updated_at: t,
          content_attributes: { submitted_values: { csat_survey_response: { rating: row['rating'] } } },
        } });
      }
      await save({ ...told(bodies), malformed: rows.length > bodies.length ? ['csat_survey_response'] : [] }, { createdAt: newest });
      if (rows.length < RATINGS_PER_PAGE) return;
    }
  },
};

/** Who is there. What changed since the last look is told at our clock. */
const presence: Pull = {
  name: 'chatwoot_presence', source: 'chatwoot', schedule: '*/2 * * * *',
  async run({ get, cursor, save, now }) {
    const rows = list(await get('/agents')).filter(isRecord);
    const agents = rows.flatMap((row): readonly Standing[] => {
      const [agent, status] = [wordOf(row['id']), PRESENCE.get(row['availability_status'])];
      return agent === undefined || status === undefined ? [] : [{ agent, status }];
    });
    const { events, seen } = presenceOf(cursor?.['agents'], agents, { source: chatwoot.id, inbox: `account-${wordOf(rows[0]?.['account_id']) ?? '0'}` }, now);
    await save({ events, malformed: rows.length > agents.length ? ['agent'] : [] }, { agents: seen });
  },
};

/** Messages and states that webhooks did not bring: everything that changed since the last look, by the live adapter's identities. */
const history: Pull = {
  name: 'chatwoot_history', source: 'chatwoot', schedule: '9-59/10 * * * *',
  async run(context) {
    const { get, cursor, save, now, since } = context;
    const from = timeOf(cursor?.['seenAt']) ?? since;
    // Newest first: the mark moves when the walk has reached the old one, so a run that is broken off is done again.
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const answer = record(record(await get('/conversations', { status: 'all', assignee_type: 'all', sort_by: 'last_activity_at_desc', page }))['data']);
      const rows = list(answer['payload']).filter(isRecord).map(asInWebhooks);
      const changed = rows.filter((row) => (changedAt(row) ?? now) >= from - CLOCKS_MS);
      for (const row of changed) await save(told([...await messagesOf(context, row, from - CLOCKS_MS), { at: changedAt(row) ?? now, body: { ...row, event: 'conversation_updated' } }]), { seenAt: from });
      if (rows.length === 0 || changed.length < rows.length) break;
    }
    await save({}, { seenAt: now });
  },
};

/** The API has the channel among its `meta`. */
const asInWebhooks = (conversation: Json): Json => ({ channel: record(conversation['meta'])['channel'], ...conversation });

const changedAt = (row: Json): number | undefined => timeOf(row['last_activity_at']) ?? timeOf(row['updated_at']);

/** The newest messages of a conversation, back to a time. */
async function messagesOf({ get }: PullContext, conversation: Json, from: number): Promise<readonly { readonly at: number; readonly body: Json }[]> {
  const number = idOf(conversation['id']);
  if (number === undefined) return [];
  const bodies: { at: number; body: Json }[] = [];
  let before: string | undefined;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const rows = list(record(await get(`/conversations/${number}/messages`, { before }))['payload']).filter(isRecord);
    for (const row of rows) {
      const t = timeOf(row['created_at']);
      if (t === undefined || t < from) continue;
      const body = { ...row, conversation, inbox: { id: conversation['inbox_id'] } };
      bodies.push({ at: t, body: { ...body, event: 'message_created' } });
      if (row['message_type'] !== 0 && typeof row['status'] === 'string') bodies.push({ at: timeOf(row['updated_at']) ?? t, body: { ...body, event: 'message_updated' } });
    }
    const oldest = rows.reduce<Json | undefined>((least, row) => (least === undefined || Number(row['id']) < Number(least['id']) ? row : least), undefined);
    if (rows.length < MESSAGES_PER_PAGE || oldest === undefined || (timeOf(oldest['created_at']) ?? 0) < from) return bodies;
    const next = idOf(oldest['id']);
    if (next === before) throw new PullFailure('unreadable', 'pages of messages do not end');
    before = next;
  }
  return bodies;
}

/** All of Chatwoot. */
export const CHATWOOT_PULLS: readonly Pull[] = [ratings, presence, history];
