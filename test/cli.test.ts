import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { linkOf } from '../exporter/ingest/link-code.ts';
import { pseudonymOf } from '../exporter/ingest/pseudonym.ts';
import { directory } from './config/given.ts';

const cli = fileURLToPath(new URL('../exporter/cli.ts', import.meta.url));

interface Ran { readonly code: number; readonly out: string; readonly err: string }

/** Runs the command line in an empty environment and directory, as a user would. */
const replywatch = (args: readonly string[], env: Readonly<Record<string, string>> = {}, files: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [cli, ...args], { cwd: directory(files), env }, (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }));
  });

const rows: readonly [string, readonly string[], number, RegExp][] = [
  ['no command shows the help', [], 2, /usage: replywatch COMMAND/],
  ['an unknown command is answered with the nearest', ['strat'], 2, /no such command \(did you mean "start"\?\)/],
  ['an unknown option is named', ['check', '--jason'], 2, /Unknown option '--jason'/],
  ['too many arguments are refused', ['check', 'all'], 2, /usage: replywatch check/],
];
test.each(rows)('%s', async (_sentence, args, code, expected) => {
  const ran = await replywatch(args);
  expect(ran).toMatchObject({ code, out: '' });
  expect(ran.err).toMatch(expected);
});

test('help is a result', async () => {
  const ran = await replywatch(['--help']);
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toMatch(/^ {2}check /m);
});

test.each([
  [['import', 'zendesk', '--help'], /^usage: replywatch import FILE .* zendesk EXPORT[^]*take in history[^]*--inbox ID/], [['sources', '--help'], /^usage: replywatch sources try MAPPING PAYLOAD[^]*--header/],
  [['link', '-h'], /^usage: replywatch link TARGET[^]*--contact SOURCE:ID[^]*--campaign/],
])('%j explains that command and no other', async (args, expected) => {
  const ran = await replywatch(args);
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toMatch(expected);
  expect(ran.out).not.toContain('export-metrics');
});

test('check without configuration is fine, and says so for people and for machines', async () => {
  expect(await replywatch(['check'])).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Ready to start.') as string });
  const { out } = await replywatch(['check', '--json']);
  expect(JSON.parse(out)).toMatchObject({ ok: true, mode: 'demo' });
});

test('check reads .env below the real environment, exits 1 on a problem and shows no secret', async () => {
  const files = { '.env': 'WHATSAPP_APP_SECRET=hush\nLOG_LEVEL=debug\nWEBHOOK_PORT=1\n' };
  const ran = await replywatch(['check', '--json'], { WEBHOOK_PORT: '99999' }, files);
  expect(ran.code).toBe(1);
  const report = JSON.parse(ran.out) as { rows: { detail: string }[]; variables: unknown[] }; // our own output
  expect(report.rows.map((row) => row.detail.replace(/: .*/, ''))).toEqual(['WEBHOOK_PORT', 'WHATSAPP_APP_SECRET']);
  expect(report.variables).toContainEqual({ name: 'LOG_LEVEL', origin: { from: 'env' }, secret: false, value: 'debug' });
  expect(ran.out + ran.err).not.toContain('hush');
});

test('sources try says what a mapping makes of a body, and names what is wrong with the mapping', async () => {
  const good = 'authentication: { scheme: query }\nevents: [{ kind: note.created, fields: { id: id, t: { path: at, unit: seconds } } }]\n';
  const files = { 'shed.yml': good, 'bad.yml': good.replace('note', 'nota'), 'body.json': '{\n"id": 7, "at": 1781010000\n}' };
  expect(await replywatch(['sources', 'try', 'shed.yml', 'body.json'], {}, files)).toMatchObject({ code: 0, err: '', out: expect.stringContaining('note.created  t=2026-06-09T13:00:00.000Z') as string });
  const { code, out } = await replywatch(['sources', 'try', 'shed.yml', 'body.json', '--json'], {}, { ...files, 'body.json': '{"id":7}\n{"id":8,"at":1781010000}\n' });
  expect([code, JSON.parse(out)]).toMatchObject([1, { ok: false, events: [{ id: 'note.created:8' }], troubles: [{ body: 1, rule: 0, field: 't', why: 'is not there' }] }]);
  expect(await replywatch(['sources', 'try', 'bad.yml', 'body.json'], {}, files)).toMatchObject({ code: 1, out: '', err: expect.stringMatching(/^bad\.yml:2 events\[0\]\.kind: is no kind of event \(did you mean "note\.created"\?\)/) as string });
});

test('import takes an export of a help desk by its name', async () => {
  const usage = { code: 2, out: '', err: expect.stringContaining('usage: replywatch import FILE | chatwoot | zendesk EXPORT') as string };
  for (const args of [['zendesk'], ['history.ndjson', 'more.ndjson'], ['chatwoot', 'export.json']]) expect(await replywatch(['import', ...args])).toMatchObject(usage);
  expect(await replywatch(['import', 'zendesk', 'none.json'])).toMatchObject({ code: 2, out: '', err: 'none.json cannot be read: it does not exist\n' });
});

test('link prints a signed link for a contact, one per line of many, and refuses what cannot be one', async () => {
  const env = { PSEUDONYM_KEY: 'k'.repeat(64), TRACE_KEY: 't'.repeat(64), PUBLIC_URL: 'https://chat.example.com' };
  const files = { 'replywatch.yml': 'links: {tea: https://shop.example.com/tea}' };
  const { out, code } = await replywatch(['link', 'tea', '--campaign', 'spring', '--contact', 'whatsapp:+447700900123'], env, files);
  expect(code).toBe(0);
  expect(linkOf(env.PSEUDONYM_KEY, out.trim().replace('https://chat.example.com/l/', ''))).toEqual({
    to: 'tea', campaign: 'spring', source: 'whatsapp', contact: pseudonymOf(env.PSEUDONYM_KEY, 'contact', 'whatsapp', '447700900123') });
  expect(await replywatch(['link', 'coffee'], env, files)).toMatchObject({ code: 2, out: '' });
  expect(await replywatch(['link', 'javascript:alert(1)'], env, files)).toMatchObject({ code: 2, out: '' });
  expect(await replywatch(['link', 'tea', '--contact', 'rosa'], env, files)).toMatchObject({ code: 2, out: '' });
});
