import { describe, expect, it } from 'vitest';
import { consistencyOf, similarityOf } from '../../exporter/core/similarity.ts';
import { styleOf } from '../../exporter/sentiment/read.ts';
import { createSigner } from '../../exporter/sentiment/shingles.ts';

const sign = createSigner(4_711);
const RETURN = 'You can send the lamp back within thirty days, the label is in your account under returns.';
const of = (text: string): string => sign(text)!;

describe('a signature', () => {
  it.each([
    ['the same text', RETURN, 0.99, 1], ['another name, number and case', 'you can send the LAMP back within 30 days; the label is in your account under returns!', 0.5, 1],
    ['a greeting in front', `Hello Rosa, ${RETURN}`, 0.7, 1], ['half of it', 'You can send the lamp back within thirty days, please write to us when you have done that.', 0.2, 0.8],
    ['something else', 'The courier will be with you on Thursday between nine and twelve in the morning.', 0, 0.2],
  ])('of %s is as alike as the text', (_, text, low, high) => {
    const similarity = similarityOf(of(RETURN), of(text));
    expect(similarity).toBeGreaterThanOrEqual(low);
    expect(similarity).toBeLessThanOrEqual(high);
  });

  it.each([['Arabic', 'يمكنك إعادة المصباح خلال ثلاثين يوما والملصق في حسابك', 'يمكنك اعادة المصباح خلال ثلاثين يوما، والملصق في حسابك!'], ['Chinese', '您可以在三十天内退回这盏灯，退货标签在您的账户里可以找到。谢谢您', '您可以在三十天内退回这盏灯,退货标签在您的账户里可以找到!谢谢您'],
    ['Thai', 'คุณสามารถส่งคืนโคมไฟได้ภายในสามสิบวัน', 'คุณสามารถส่งคืนโคมไฟได้ภายในสามสิบวันนะ']])('works in %s', (_, a, b) => expect(similarityOf(of(a), of(b))).toBeGreaterThan(0.7));

  it('does not see order numbers', () => expect(of('Your order 4711 leaves our house on the 3rd')).toBe(of('Your order 99 leaves our house on the 12rd')));
  it('needs some text', () => expect([sign('Yes, of course'), sign(''), sign('👍'.repeat(40))]).toEqual([undefined, undefined, undefined]));
  it('is a plain word of 64 characters and depends on the secret', () => {
    expect(of(RETURN)).toMatch(/^[\w-]{64}$/);
    expect(similarityOf(of(RETURN), createSigner(4_712)(RETURN)!)).toBeLessThan(0.2);
  });
  it('of a broken kind is like nothing', () => expect([similarityOf('', ''), similarityOf(of(RETURN), 'abc')]).toEqual([0, 0]));
});

describe('the consistency of answers', () => {
  const place = (same: number): string => 'A'.repeat(same) + 'B'.repeat(64 - same);
  it('is the mean over all pairs', () => {
    const exact = consistencyOf(Array.from({ length: 5 }, () => place(64)));
    expect(exact).toEqual({ similarity: 1, toTypical: [1, 1, 1, 1, 1] });
    // Four alike and one that shares nothing: six of ten pairs are 1.
    const one = consistencyOf([place(64), place(64), place(64), place(64), place(0)]);
    expect(one).toEqual({ similarity: 0.6, toTypical: [1, 1, 1, 1, 0] });
  });
  it.each([[0], [1], [4]])('is unknown for %d answers', (n) => expect(consistencyOf(Array.from({ length: n }, () => place(64))).similarity).toBeNull());
});

it('counts characters and emoji as people do', () => {
  expect([styleOf('Gern geschehen! 😊👍🏽'), styleOf('你好'), styleOf('🇪🇸'), styleOf('')]).toEqual([{ length: 19, emoji: 2 }, { length: 2, emoji: 0 }, { length: 2, emoji: 1 }, { length: 0, emoji: 0 }]);
});
