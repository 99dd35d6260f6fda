import { describe, expect, it } from 'vitest';
import { emailOf, idOf, internationalPhoneOf, labelOf, own, parseItems, phoneOf, timeOf, wordOf } from '../../exporter/sources/json.ts';

describe('timeOf', () => {
  it.each([
    ['seconds as text', '1781010000', 1_781_010_000_000], ['seconds', 1_781_010_000, 1_781_010_000_000],
    ['fractions of a second', 1_781_010_000.7, 1_781_010_000_700],
    ['fractions as text', '1753659002.722044', 1_753_659_002_722],
    ['milliseconds', 1_781_010_000_123, 1_781_010_000_123], ['milliseconds as text', '1781010000123', 1_781_010_000_123],
    ['ISO text', '2026-06-09T13:00:00.120Z', 1_781_010_000_120], ['ISO text with nine digits', '2026-06-09T13:00:00.120999999Z', 1_781_010_000_120],
    ['ISO text with an offset', '2026-06-09T15:00:00+02:00', 1_781_010_000_000], ['a day that does not exist', '2026-13-09T13:00:00Z', undefined],
    ['words', 'yesterday', undefined], ['nothing', '', undefined], ['null', null, undefined], ['zero', 0, undefined], ['before 1970', -5, undefined],
    ['negative text', '-5', undefined], ['an exponent', '1e9', undefined], ['no number', Number.NaN, undefined], ['infinity', Infinity, undefined],
    ['seconds after 2100', 9_999_999_999, undefined],
    ['milliseconds after 2100', 4_102_444_800_000_000, undefined], ['an object', {}, undefined], ['a boolean', true, undefined],
  ] as const)('reads %s', (_is, value, expected) => expect(timeOf(value)).toBe(expected));
});

describe('ids and words', () => {
  it('keeps texts, turns safe numbers into text and refuses the rest', () => {
    expect([idOf('12345678901234567890'), idOf(7), idOf(2 ** 53), idOf(1.5), idOf(''), idOf(null), idOf('x'.repeat(513))])
      .toEqual(['12345678901234567890', '7', undefined, undefined, undefined, undefined, undefined]);
  });
  it('takes as a word only what fits a label', () => {
    expect([wordOf('a.b:c-d_1'), wordOf(9), wordOf('a b'), wordOf('\u0000'), wordOf('é'), wordOf('x'.repeat(65))])
      .toEqual(['a.b:c-d_1', '9', undefined, undefined, undefined, undefined]);
  });
  it('takes as a label names of any script, with nothing invisible or broken in them', () => {
    expect([labelOf('rückgabe'), labelOf('返品 2'), labelOf('a\nb'), labelOf('\ud800'), labelOf('\u0000'), labelOf('')])
      .toEqual(['rückgabe', '返品 2', undefined, undefined, undefined, undefined]);
  });
  it('reads numbers however they are punctuated', () => {
    expect([phoneOf('+44 (7700) 900-123'), phoneOf('447700900123'), phoneOf('GB.447700'), phoneOf('+'), phoneOf(447700900123)])
      .toEqual(['447700900123', '447700900123', undefined, undefined, '447700900123']);
  });
  it('takes as somebody\'s number only one that says its country', () => {
    expect([internationalPhoneOf('+44 (7700) 900-123'), internationalPhoneOf('00447700900123'), internationalPhoneOf('07700 900123'), internationalPhoneOf('447700900123'), internationalPhoneOf(447700900123)])
      .toEqual(['447700900123', '447700900123', undefined, undefined, undefined]);
  });
  it('takes as an address what has both its halves', () => {
    expect([emailOf(' bob@example.com '), emailOf('bob'), emailOf('bob@'), emailOf('Bob <bob@example.com>'), emailOf(`${'b'.repeat(254)}@example.com`), emailOf(null)])
      .toEqual(['bob@example.com', undefined, undefined, undefined, undefined, undefined]);
  });
  it('finds only what the sender wrote', () => {
    expect([own({ a: 1 }, 'a'), own({}, 'constructor'), own(JSON.parse('{"__proto__":5}'), '__proto__')]).toEqual([1, undefined, 5]);
  });
});

describe('parseItems', () => {
  const items = (text: string) => parseItems(Buffer.from(text));
  it('takes an object for a list of one, and keeps every digit', () => {
    expect([items('{"id":820982911946154508}'), items(' [{"id":820982911946154508},7]')]).toEqual([[{ id: '820982911946154508' }], [{ id: '820982911946154508' }, 7]]);
  });
  it.each(['[]', '7', 'null', '', '[1', 'a=1'])('refuses %s', (text) => expect(() => items(text)).toThrow(SyntaxError));
});
