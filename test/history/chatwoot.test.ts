/** A Chatwoot database with invented rows, imported by a role that may only read. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, escapeIdentifier } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { chatwootHistory } from '../../exporter/history/chatwoot.ts';
import { COLUMNS, countConversations, databaseName, missingColumns } from '../../exporter/history/chatwoot-rows.ts';
import { importSteps, type Step, type StepsOptions } from '../../exporter/history/steps.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { chatwoot } from '../../exporter/sources/chatwoot.ts';
import { createStore, type Store } from '../../exporter/store/apply.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { openForeign, type Foreign } from '../../exporter/store/foreign.ts';
import { createLedger } from '../../exporter/store/ledger.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { emptyDatabase, freshDatabase, type FreshDatabase } from '../support/postgres.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const ROLE = 'chatwoot_reader_of_tests';
const settingsFor = () => ({ ...DEFAULT_SETTINGS, hasResolution: true });
const enricher = createEnricher({ key: 'k', settingsFor });

let theirs: FreshDatabase;
let ours: FreshDatabase;
let owner: Client;
let readerUrl: string;
let foreign: Foreign;
let pool: ReturnType<typeof createPool>;
let store: Store;

beforeAll(async () => {
  theirs = await emptyDatabase('chatwoot');
  ours = await freshDatabase('from_chatwoot');
  owner = new Client({ connectionString: theirs.url });
  await owner.connect();
  await owner.query(readFileSync(new URL('chatwoot-schema.sql', import.meta.url), 'utf8'));
  await owner.query(ROWS);
  await owner.query(`drop role if exists ${ROLE}; create role ${ROLE} login password 'read-only'`);
  for (const [table, columns] of Object.entries(COLUMNS)) await owner.query(`grant select (${columns.map(escapeIdentifier).join(', ')}) on ${table} to ${ROLE}`);
  const url = new URL(theirs.url);
  [url.username, url.password] = [ROLE, 'read-only'];
  readerUrl = url.href;
  const opened = await openForeign(readerUrl);
  if ('reason' in opened) throw new Error(opened.reason);
  foreign = opened;
  pool = createPool(ours.url);
  store = createStore({ url: ours.url, pool, settingsFor, counting: countingOf(), now: () => NOW });
});
afterAll(async () => {
  await foreign.close();
  await store.close();
  await pool.end();
  await owner.query(`drop owned by ${ROLE}; drop role ${ROLE}`);
  await owner.end();
  await Promise.all([theirs.drop(), ours.drop()]);
});

/** Two conversations of one customer, and one that a bot handed over. Monday, 2 March 2026. */
const ROWS = `
set time zone 'America/Sao_Paulo';
insert into inboxes (id, channel_id, account_id, name, channel_type, created_at, updated_at) values
  (3, 1, 1, 'Shop', 'Channel::Whatsapp', '2026-01-01', '2026-01-01'), (4, 1, 1, 'Site', 'Channel::WebWidget', '2026-01-01', '2026-01-01');
insert into contacts (id, name, phone_number, account_id, created_at, updated_at) values
  (12, 'Ines Marrero', '+34600000012', 1, '2026-03-02 08:59:59', '2026-03-02 09:00:00'), (13, 'Teo Blom', null, 1, '2026-03-02 10:00:00', '2026-03-02 10:00:00');
insert into contact_inboxes (id, contact_id, inbox_id, source_id, created_at, updated_at) values (1, 12, 3, '34600000012', '2026-03-02', '2026-03-02'), (2, 13, 4, 'visitor', '2026-03-02', '2026-03-02');
insert into conversations (id, account_id, inbox_id, status, assignee_id, team_id, contact_id, contact_inbox_id, display_id, cached_label_list, created_at, updated_at) values
  (501, 1, 3, 1, 7, 2, 12, 1, 41, 'delivery, vip', '2026-03-02 09:00:00', '2026-03-02 09:05:00.25'),
  (502, 1, 3, 0, null, null, 12, 1, 42, null, '2026-03-09 09:00:00', '2026-03-09 09:00:00'),
  (503, 1, 4, 1, 8, null, 13, 2, 43, null, '2026-03-02 10:00:00', '2026-03-02 10:10:00.5'),
  (504, 2, 9, 0, null, null, null, null, 1, null, '2026-03-02 10:00:00', '2026-03-02 10:00:00');
insert into messages (id, account_id, inbox_id, conversation_id, message_type, content, content_type, private, status, sender_type, sender_id, content_attributes, additional_attributes, created_at, updated_at) values
  (1001, 1, 3, 501, 0, 'Where is my order?', 0, false, 0, 'Contact', 12, '{}', '{}', '2026-03-02 09:00:00.1', '2026-03-02 09:00:00.1'),
  (1002, 1, 3, 501, 2, 'Assigned to Nuria', 0, false, 0, null, null, '{}', '{}', '2026-03-02 09:00:20', '2026-03-02 09:00:20'),
  (1003, 1, 3, 501, 1, 'just a note', 0, true, 0, 'User', 7, '{}', '{}', '2026-03-02 09:00:30', '2026-03-02 09:00:30'),
  (1004, 1, 3, 501, 1, 'It is on its way.', 0, false, 2, 'User', 7, '{}', '{}', '2026-03-02 09:00:45.1', '2026-03-02 09:01:00'),
  (1005, 1, 3, 501, 3, 'Please rate us', 9, false, 1, null, null, '"{\\"submitted_values\\":{\\"csat_survey_response\\":{\\"rating\\":4}}}"', '{}', '2026-03-02 09:05:01', '2026-03-02 09:06:00'),
  (1006, 1, 3, 502, 0, null, 0, false, 0, 'Contact', 12, '{}', '{}', '2026-03-09 09:00:00', '2026-03-09 09:00:00'),
  (1007, 1, 4, 503, 0, 'Hello', 0, false, 0, 'Contact', 13, '{}', '{}', '2026-03-02 10:00:00', '2026-03-02 10:00:00'),
  (1008, 1, 4, 503, 1, 'Hi, I am the bot', 0, false, 0, 'AgentBot', 1, '{}', '{}', '2026-03-02 10:00:02', '2026-03-02 10:00:02'),
  (1009, 1, 4, 503, 1, 'This is Omar', 0, false, 0, 'User', 8, '{}', '{}', '2026-03-02 10:05:00', '2026-03-02 10:05:00'),
  (1010, 1, 4, 503, 1, 'Wrong chat, sorry', 0, false, 0, 'User', 8, '{"deleted":true}', '{}', '2026-03-02 10:06:00', '2026-03-02 10:06:30'),
  (1011, 2, 9, 504, 0, 'of another account', 0, false, 0, 'Contact', 99, '{}', '{}', '2026-03-02 10:00:00', '2026-03-02 10:00:00'),
  (1012, 1, 4, 503, 0, 'before anything', 0, false, 0, 'Contact', 13, '{}', '{}', '1999-01-01', '1999-01-01');
insert into attachments (id, file_type, message_id, account_id, created_at, updated_at) values (1, 0, 1006, 1, '2026-03-09', '2026-03-09');
insert into csat_survey_responses (account_id, conversation_id, message_id, rating, contact_id, assigned_agent_id, created_at, updated_at) values (1, 501, 1005, 4, 12, 7, '2026-03-02 09:06:00', '2026-03-02 09:06:00');
insert into reporting_events (name, account_id, inbox_id, user_id, conversation_id, created_at, updated_at, event_start_time, event_end_time) values
  ('first_response', 1, 3, 7, 501, '2026-03-02', '2026-03-02', '2026-03-02 09:00:00', '2026-03-02 09:00:45'), ('conversation_resolved', 1, 3, 7, 501, '2026-03-02', '2026-03-02', '2026-03-02 09:00:00', '2026-03-02 09:05:00.25'),
  ('conversation_bot_handoff', 1, 4, null, 503, '2026-03-02', '2026-03-02', '2026-03-02 10:00:00', '2026-03-02 10:01:00'), ('conversation_resolved', 1, 4, 8, 503, '2026-03-02', '2026-03-02', '2026-03-02 10:00:00', '2026-03-02 10:10:00.5');
`;

const rejections: [string, string][] = [];
const run = (change: Partial<StepsOptions> = {}) => {
  rejections.length = 0;
  return importSteps({
    name: 'chatwoot of tests', steps: (cursor) => chatwootHistory(foreign.ask, 1, cursor), enricher, apply: (events) => store.applyHistory(events), ledger: createLedger(pool), now: () => NOW,
    onResume: () => undefined, onReject: (of, reason) => rejections.push([of, reason]), onProgress: () => undefined, ...change,
  });
};
const episodes = async () => (await pool.query<Record<string, unknown>>(`select episode.channel, episode.inbox, episode.outcome, episode.frt_seconds, episode.resolution_seconds, episode.inbound_messages, episode.agent_messages,
  episode.bot_messages, episode.topic from replywatch.episode_facts as episode order by episode.opened_at`)).rows;

it('goes on behind the last conversation that was stored whole', async () => {
  const cursors: (string | undefined)[] = [];
  const told: number[] = [];
  const steps = (cursor: string | undefined): AsyncIterable<Step> => {
    cursors.push(cursor);
    return brokenOff(chatwootHistory(foreign.ask, 1, cursor, 1));
  };
  const broken = { steps, name: 'broken off', onResume: (done: number) => void told.push(done) };
  await expect(run(broken)).rejects.toThrow('cut off');
  await expect(run(broken)).rejects.toThrow('cut off');
  await expect(run(broken)).rejects.toThrow('cut off');
  expect(await run(broken)).toMatchObject({ lines: 3, rejected: 1 }); // nothing is left behind the third
  expect([cursors, told]).toEqual([[undefined, '501', '502', '503'], [1, 2, 3]]);
  await pool.query('truncate replywatch.event, replywatch.conversation, replywatch.episode_facts, replywatch.observation, replywatch.metric_total, replywatch.survey_facts');
});

/** Ends after the first conversation. */
async function* brokenOff(steps: AsyncIterable<Step>): AsyncIterable<Step> {
  for await (const step of steps) {
    yield step;
    if (step.done > 0) throw new Error('cut off');
  }
}

it('gives the figures of the conversations, refuses what cannot be, and reads only the account asked for', async () => {
  const tally = await run();
  expect(rejections).toEqual([['message 1012', 't: is out of range']]);
  expect(tally).toMatchObject({ lines: 3, rejected: 1 });
  expect(await episodes()).toEqual([
    { channel: 'whatsapp', inbox: '3', outcome: 'resolved_agent', frt_seconds: 45, resolution_seconds: 300.15, inbound_messages: 1, agent_messages: 1, bot_messages: 0, topic: 'delivery' },
    expect.objectContaining({ channel: 'webchat', inbox: '4', outcome: 'resolved_agent', agent_messages: 2, bot_messages: 1 }),
  ]);
  const { rows } = await pool.query('select survey.score, survey.answered_at from replywatch.survey_facts as survey');
  expect(rows).toEqual([{ score: 4, answered_at: new Date('2026-03-02T09:06:00Z') }]);
  const { rows: created } = await pool.query("select event.t from replywatch.event where event.kind = 'contact.created' order by event.t");
  expect(created.map((row) => (row as { t: Date }).t.toISOString())).toEqual(['2026-03-02T08:59:59.000Z', '2026-03-02T10:00:00.000Z']);
});

it('changes nothing when it is run again', async () => {
  const before = await episodes();
  expect(await run()).toMatchObject({ lines: 3, accepted: 0 });
  expect(await episodes()).toEqual(before);
});

it('counts once what the live webhooks tell again', async () => {
  const before = await episodes();
  const conversation = { id: 41, inbox_id: 3, channel: 'Channel::Whatsapp', meta: { sender: { id: 12 }, assignee: { id: 7, type: 'user' }, team: { id: 2 } }, contact_inbox: { source_id: '34600000012' } };
  const message = { id: 1004, message_type: 'outgoing', content: 'It is on its way.', content_type: 'text', private: false, sender: { id: 7, type: 'user' }, created_at: '2026-03-02T09:00:45.100Z', conversation };
  const bodies = [
    { ...message, event: 'message_created' }, { ...message, event: 'message_updated', status: 'read', updated_at: '2026-03-02T09:01:00.000Z' },
    { ...conversation, event: 'conversation_status_changed', status: 'resolved', labels: ['delivery', 'vip'], updated_at: Date.parse('2026-03-02T09:05:00.250Z') / 1000 },
    { event: 'contact_created', id: 12, account: { id: 1 } },
  ];
  const events = bodies.flatMap((body) => chatwoot.parse({ method: 'POST', url: '', headers: {}, body: Buffer.from(JSON.stringify(body)), receivedAt: NOW }, { source: 'chatwoot' }).events);
  expect(events).toHaveLength(4);
  expect(await store.apply(events.map((event) => enricher.enrich(event)!), [])).toMatchObject({ stored: 0, duplicates: 4 });
  expect(await episodes()).toEqual(before);
});

it('is one command, which tells how far it is and lists what it refuses', async () => {
  const database = await freshDatabase('chatwoot_command');
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-chatwoot-'));
  const env = { DATABASE_URL: database.url, CHATWOOT_DATABASE_URL: readerUrl, CHATWOOT_ACCOUNT_ID: '1', REPLYWATCH_DATA_DIR: directory };
  const cli = fileURLToPath(new URL('../../exporter/cli.ts', import.meta.url));
  const { code, out, err } = await new Promise<{ code: number; out: string; err: string }>((resolve) => {
    const child = execFile(process.execPath, [cli, 'import', 'chatwoot', '--json'], { cwd: directory, env }, (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, out: stdout, err: stderr }));
  });
  expect(JSON.parse(out)).toMatchObject({ lines: 3, rejected: 1, rejections: [{ of: 'message 1012', reason: 't: is out of range' }] });
  expect([code, err]).toEqual([1, expect.stringMatching(/^3 conversations in /m)]);
  await database.drop();
  rmSync(directory, { recursive: true });
}, 60_000);

it('only reads, says how much there is, and names what is missing', async () => {
  await expect(foreign.ask('update conversations set status = 0', [])).rejects.toThrow('read-only');
  expect(await countConversations(foreign.ask, undefined, 502)).toEqual({ total: 4, left: 2 });
  expect(await databaseName(foreign.ask)).toContain('chatwoot');
  expect(await missingColumns(foreign.ask)).toEqual([]);
  await owner.query(`revoke select (rating) on csat_survey_responses from ${ROLE}; alter table reporting_events rename to older`);
  expect((await missingColumns(foreign.ask)).toSorted()).toEqual(['csat_survey_responses.rating', ...COLUMNS['reporting_events']!.map((name) => `reporting_events.${name}`)].toSorted());
  expect(await openForeign(theirs.url.replace(/\/[^/]*$/, '/nothing_of_that_name'))).toEqual({ reason: 'there is no database of that name' });
});
