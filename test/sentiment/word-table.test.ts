import { expect, it } from 'vitest';
import { createBeginnings } from '../../exporter/sentiment/beginnings.ts';
import { createWordTable, hashOf, hasDouble } from '../../exporter/sentiment/word-table.ts';

const LETTERS = ['a', 'b', 'é', '\ud83d'];
const longer = (words: readonly string[]): readonly string[] => words.flatMap((word) => LETTERS.map((letter) => word + letter));
/** All of up to four letters, and the names of what every object has. */
const WORDS = ['', ...LETTERS, ...longer(LETTERS), ...longer(longer(LETTERS)), ...longer(longer(longer(LETTERS))), 'constructor', '__proto__'];

it('finds of all words those that are in the table, and no other', () => {
  const known = new Map(WORDS.filter((_, i) => i % 3 === 0).map((word, i) => [word, i]));
  const { find } = createWordTable(known);
  expect(WORDS.map((word) => find(word, hashOf(word)))).toEqual(WORDS.map((word) => known.get(word)));
  expect(createWordTable(new Map<string, number>()).find('a', hashOf('a'))).toBeUndefined();
});

it('tells words apart whose hashes are equal', () => {
  const [one, other] = ['ufxpgfw', 'mvmylba'];
  expect(hashOf(one)).toBe(hashOf(other));
  const both = createWordTable(new Map([[one, 1], [other, 2]]));
  expect([both.find(one, hashOf(one)), both.find(other, hashOf(other))]).toEqual([1, 2]);
  expect(createWordTable(new Map([[one, 1]])).find(other, hashOf(other))).toBeUndefined();
});

it('knows by the hash whether a letter stands twice', () => {
  expect(WORDS.filter((word) => hasDouble(hashOf(word)))).toEqual(WORDS.filter((word) => /([^])\1/.test(word)));
});

it('finds at each place of a text what begins there, shortest first', () => {
  const known = new Map(['a', 'ab', 'abb', 'é', '\ud83d', 'baé'].map((start) => [start, start]));
  const beginnings = createBeginnings(known);
  const text = WORDS.join('');
  const expected = (at: number): readonly string[] => [1, 2, 3].flatMap((length) => (at + length <= text.length ? known.get(text.slice(at, at + length)) ?? [] : []));
  expect([...text].map((_, at) => beginnings(text, at))).toEqual([...text].map((_, at) => expected(at)));
});
