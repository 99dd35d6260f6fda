import { expect, it } from 'vitest';
import { runSentiment } from '../../exporter/sentiment/command.ts';

async function run(...chunks: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  async function* input(): AsyncGenerator<string> { yield* chunks; }
  const code = await runSentiment({ input: input(), out: (text) => out.push(text), err: (text) => err.push(text) });
  return { code, lines: out.map((line): unknown => JSON.parse(line)), err };
}

it('scores a line at a time, however the input is cut', async () => {
  const { code, lines } = await run('{"text":"Thank you, ', 'great"}\n{"text":"Room 12"}', '\n\n');
  expect(code).toBe(0);
  expect(lines).toEqual([expect.objectContaining({ label: 'positive', language: 'en' }), expect.objectContaining({ label: null, score: 0, evidence: [] })]);
});

it('keeps one answer per line and names the ones it could not read, not what they say', async () => {
  const { code, lines, err } = await run('secret words\n{"text":12}\n{"text":"terrible"}\n');
  expect(code).toBe(2);
  expect(lines).toEqual([{ error: 'unreadable' }, { error: 'unreadable' }, expect.objectContaining({ label: 'negative' })]);
  expect(err).toEqual(['line 1: want {"text": "…"}\n', 'line 2: want {"text": "…"}\n']);
});
