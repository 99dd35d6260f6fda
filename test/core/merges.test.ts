import { describe, expect, it } from 'vitest';
import { rootsOf, withoutShared, type Merge } from '../../exporter/core/merges.ts';

const told = (from: string, into: string, t: number): Merge => ({ from, into, key: [t, 0, 0, 'desk', `${from}${into}`] });
/** As the store reads them: before everything, in the order of their ids. */
const joined = (number: string, contact: string): Merge => ({ from: number, into: contact, key: [0, 0, 0, '', `${number} ${contact}`], concluded: true });
const groupOf = (merges: readonly Merge[], contact: string): readonly string[] => {
  const roots = rootsOf(merges);
  const rootOf = (each: string): string => roots.get(each) ?? each;
  return [...new Set(merges.flatMap(({ from, into }) => [from, into]))].filter((each) => rootOf(each) === rootOf(contact)).sort();
};

describe('customers that go by one name', () => {
  it('are those a source merges, whatever comes later', () => {
    expect(rootsOf([told('b', 'c', 2), told('a', 'b', 1)])).toEqual(new Map([['a', 'c'], ['b', 'c']]));
    expect(rootsOf([told('a', 'b', 1), told('b', 'a', 2)])).toEqual(new Map([['a', 'b']]));
  });

  it('are those who gave one number, in whatever order they did', () => {
    const merges = [joined('+1', 'chat'), joined('+1', 'shop'), joined('@1', 'shop'), joined('@1', 'desk'), joined('+2', 'stranger')];
    expect(groupOf(merges, 'chat')).toEqual(['+1', '@1', 'chat', 'desk', 'shop']);
    expect(rootsOf(merges.toReversed())).toEqual(rootsOf(merges));
  });

  it('are not those who gave the number of the till', () => {
    const buyers = Array.from({ length: 20 }, (_, n) => joined('till', `buyer${n}`));
    expect(withoutShared(buyers)).toHaveLength(20);
    const more = [...buyers, joined('till', 'buyer20'), joined('till', 'buyer20'), joined('+1', 'buyer3'), joined('+1', 'chat'), told('buyer4', 'buyer5', 9)];
    expect(withoutShared(more)).toEqual(more.slice(22));
  });
});
