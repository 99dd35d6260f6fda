import fc from 'fast-check';
import { expect, it } from 'vitest';
import { normalise } from '../../exporter/sentiment/normalise.ts';

const SEED = 20_261_121;

it.each([
  ['capital letters', 'WHERE is It', 'where is it'],
  ['a link', 'see HTTPS://example.com/x now', 'see   now'],
  ['a link without its scheme', 'see www.example.com', 'see  '],
  ['an account', 'ask @Rosa', 'ask  '],
  ['an odd apostrophe', 'It`s', "it's"],
  ['a letter drawn out', 'soOoo', 'soo'],
  ['marks thrice', 'no!!! 100011', 'no!!! 100011'],
  ['letters that are no link', 'the putt ptt pwt', 'the putt ptt pwt'],
])('writes %s in one way', (_, text, written) => expect(normalise(text)).toBe(written));

it('writes ASCII as it writes other text: a character that nobody sees changes nothing', () => {
  const letters = fc.constantFrom(...'aAhHtTpPsSwWzZ019.:/@`\'_- \n!');
  fc.assert(fc.property(fc.string({ unit: letters, maxLength: 40 }), (text) => {
    expect(normalise(`\u200b${text}`)).toBe(normalise(text));
  }), { seed: SEED, numRuns: 5_000 });
});
