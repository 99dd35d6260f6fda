import { readdirSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { LEXICONS } from '../../exporter/sentiment/lexicons.ts';

test('every file of words is listed', () => {
  const files = readdirSync(new URL('../../exporter/sentiment/lexicons/', import.meta.url)).map((file) => file.replace('.json', ''));
  expect(files.filter((file) => file !== 'emoji').sort()).toEqual(Object.keys(LEXICONS).sort());
});

test('the languages that were promised are there', () => {
  for (const language of ['en', 'es', 'pt', 'fr', 'it', 'de', 'nl', 'pl', 'tr', 'ru', 'uk', 'ar', 'fa', 'he', 'hi', 'ur', 'bn', 'id', 'ms', 'vi', 'th', 'zh', 'ja', 'ko', 'sw']) {
    expect(Object.keys(LEXICONS)).toContain(language);
  }
});

describe.each(Object.entries(LEXICONS))('the words of %s', (_, file) => {
  it('have weights from -3 to 3 and stand in one place', () => {
    expect(Object.keys(file.scores).filter((weight) => !/^-?[0-3]$/.test(weight))).toEqual([]);
    const all = Object.values(file.scores).flat();
    expect(all.filter((entry, i) => all.indexOf(entry) !== i)).toEqual([]);
  });

  it('praise and blame', () => {
    const count = (weights: readonly string[]): number => weights.reduce((sum, weight) => sum + (file.scores[weight]?.length ?? 0), 0);
    expect(count(['1', '2', '3'])).toBeGreaterThan(100);
    expect(count(['-1', '-2', '-3'])).toBeGreaterThan(150);
  });

  it('have a wildcard only at the end, after two letters or more', () => {
    const entries = Object.values(file.scores).flat();
    expect(entries.filter((entry) => /\*./.test(entry) || (entry.endsWith('*') && [...entry].length < 3))).toEqual([]);
  });
});
