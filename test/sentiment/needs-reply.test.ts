/**
 * Own sentences by group of languages: `-` needs no reply, `+` needs one or may. A wrong `-` hides a waiting customer. The word lists were tuned on
 * all of them but `written-afterwards.txt`: keep it so.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { needsReply } from '../../exporter/sentiment/needs-reply.ts';

const FOLDER = new URL('needs-reply/', import.meta.url);
const PRECISION = 0.98;
/** What is missed costs an agent a glance. */
const RECALL = 0.9;

const groups = readdirSync(FOLDER).map((file) => {
  const lines = readFileSync(new URL(file, FOLDER), 'utf8').split('\n').filter((line) => line !== '');
  const sentences = lines.map((line) => ({ needs: line.startsWith('+'), text: line.slice(2) }));
  const silent = sentences.filter(({ text }) => !needsReply(text));
  return { group: file.replace('.txt', ''), sentences, right: silent.filter(({ needs }) => !needs).length, wrong: silent.filter(({ needs }) => needs).map(({ text }) => text),
    missed: sentences.filter(({ needs, text }) => !needs && needsReply(text)).map(({ text }) => text) };
});

describe('needs a reply', () => {
  it.each(groups)('$group: precision and recall', ({ sentences, right, wrong, missed }) => {
    expect(sentences.length).toBeGreaterThanOrEqual(60);
    expect(right / (right + wrong.length), `wrongly silent: ${wrong.join(' | ')}`).toBeGreaterThanOrEqual(PRECISION);
    expect(right / (right + missed.length), `missed: ${missed.join(' | ')}`).toBeGreaterThanOrEqual(RECALL);
  });

  it('knows nine groups of languages, and sentences nothing was tuned on', () => expect(groups).toHaveLength(10));

  it.each([['long', 'thanks '.repeat(40)], ['empty', ''], ['blank', '  '], ['punctuation', '!!!'], ['a picture of a thing', '📦'], ['a flag', '🇪🇸'], ['a broken pair', '\ud83d'], ['a link', 'thanks www.example.com']])(
    'asks when the text is %s', (_, text) => expect(needsReply(text)).toBe(true));

  it.each([['👍🏿👍🏿'], ['❤️❤️❤️'], ['😂😂'], ['🙏 thanks'], ['Thanks!!! :-)'], ['THANKS'], ['thank you'.normalize('NFD')], ['ｔｈａｎｋｓ']])('is silent after %s', (text) => expect(needsReply(text)).toBe(false));
});
