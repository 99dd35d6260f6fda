/** `replywatch topics try` as a user runs it. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { directory } from '../config/given.ts';

const cli = fileURLToPath(new URL('../../exporter/cli.ts', import.meta.url));
const CONFIG = `topics:
  rules:
    - topic: lamps
      keywords: ['lamp*']
      patterns: ['\\bLX-\\d+']
`;
const MESSAGES = ['My lamps flicker', '{"text": "lx-20 is gone", "topic": "lamps"}', '{"text": "Where is my parcel?", "topic": "billing"}', '', '¡Quiero la factura!', 'hello'].join('\n');

const run = (args: readonly string[], files: Readonly<Record<string, string>>): Promise<{ code: number; out: string; err: string }> => new Promise((resolve) => {
  const child = execFile(process.execPath, [cli, 'topics', ...args], { cwd: directory(files), env: {} }, (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }));
});

it('shows what own and shipped rules catch, by line and without the texts', async () => {
  const { code, out } = await run(['try', 'messages.txt'], { 'replywatch.yml': CONFIG, 'messages.txt': MESSAGES });
  expect(code).toBe(0);
  expect(out).toMatch(/^ +1 {2}lamps +lamps: lamp\*$/m);
  expect(out).toMatch(/^ +3 {2}delivery +delivery: parcel {2}\(should be billing\)$/m);
  expect(out).toMatch(/^ +6 {2}unknown/m);
  expect(out).toContain('right: 1 of 2 (50 %)');
  expect(out).not.toMatch(/flicker|hello|gone/);
});

it('answers machines with one object per message', async () => {
  const { out } = await run(['try', 'messages.txt', '--json'], { 'replywatch.yml': CONFIG, 'messages.txt': MESSAGES });
  expect(out.trim().split('\n').map((line) => JSON.parse(line) as object)).toEqual([
    { line: 1, topic: 'lamps', rules: ['lamps: lamp*'] }, { line: 2, topic: 'lamps', rules: ['lamps: /\\bLX-\\d+/'], wanted: 'lamps' },
    { line: 3, topic: 'delivery', rules: ['delivery: parcel'], wanted: 'billing' }, { line: 5, topic: 'billing', rules: ['billing: factura*'] }, { line: 6, topic: null, rules: [] },
  ]);
});

it.each([
  ['a rule that is no regular expression', { 'replywatch.yml': 'topics: { rules: [{ topic: x, patterns: ["("] }] }', 'm.txt': 'x' }, 1, /topics\.rules\[0\]\.patterns\[0\].*is no regular expression/s],
  ['a topic that is free text', { 'replywatch.yml': 'topics: { rules: [{ topic: "what?! me", keywords: [x] }] }', 'm.txt': 'x' }, 1, /must be a short name/],
  ['a file that is not there', {}, 2, /m\.txt cannot be read/],
])('refuses %s', async (_, files, code, message) => {
  const ran = await run(['try', 'm.txt'], files as Record<string, string>);
  expect(ran.code).toBe(code);
  expect(ran.err).toMatch(message);
});
