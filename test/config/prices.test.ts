import { describe, expect, it } from 'vitest';
import { priceOf } from '../../exporter/core/prices.ts';
import { load, problems } from './given.ts';

const file = (text: string) => ({ files: { 'replywatch.yml': text } });

describe('price lists', () => {
  const LISTS = `
prices:
  - {from: 2024-01-01, currency: EUR, rates: {"marketing:ES": 0.04}}
  - {from: 2025-07-01, currency: EUR, rates: {"marketing:ES": 0.05, "marketing:*": 0.06}}
  - {from: 2025-07-01, currency: USD, inboxes: [us], rates: {"marketing:*": 0.02}, free_per_month: {service: 1000}}
`;
  it('are read with their dates', () => {
    expect(load(file(LISTS)).prices).toEqual([
      { from: '2024-01-01', currency: 'EUR', rates: { 'marketing:ES': 0.04 } }, { from: '2025-07-01', currency: 'EUR', rates: { 'marketing:ES': 0.05, 'marketing:*': 0.06 } },
      { from: '2025-07-01', currency: 'USD', inboxes: ['us'], rates: { 'marketing:*': 0.02 }, freePerMonth: { service: 1000 } },
    ]);
  });

  it('have budgets beside them, one per currency', () => {
    expect([...load(file('budgets: {EUR: 400, USD: 99.5}')).budgets]).toEqual([['EUR', 400], ['USD', 99.5]]);
    expect([...load(file('tz: UTC')).budgets]).toEqual([]);
    expect(problems(file('budgets: {euro: 400}')).join('\n')).toMatch(/currency as EUR/);
    expect(problems(file('budgets: {EUR: 0}')).join('\n')).toMatch(/above 0/);
  });

  it.each([
    ['before the first list there is no price', '2023-12-31T23:59:59Z', 'main', 'ES', undefined],
    ['the list that has begun holds', '2025-06-30T23:59:59Z', 'main', 'ES', { amount: 0.04, currency: 'EUR' }],
    ['a new list holds from its first instant', '2025-07-01T00:00:00Z', 'main', 'ES', { amount: 0.05, currency: 'EUR' }],
    ['other markets', '2025-07-01T00:00:00Z', 'main', 'FR', { amount: 0.06, currency: 'EUR' }],
    ['an unknown market', '2025-07-01T00:00:00Z', 'main', undefined, { amount: 0.06, currency: 'EUR' }],
    ['a list that names the inbox goes before', '2025-07-01T00:00:00Z', 'us', 'ES', { amount: 0.02, currency: 'USD' }],
  ])('%s', (_, at, inbox, market, expected) => {
    expect(priceOf(load(file(LISTS)).prices, inbox, 'marketing', market, Date.parse(at))).toEqual(expected);
  });

  it.each([
    ['prices: [{from: soon, currency: EUR, rates: {}}]', /YYYY-MM-DD/], ['prices: [{from: 2025-01-01, currency: euro, rates: {}}]', /currency as EUR/],
    ['prices: [{from: 2025-01-01, currency: EUR, rates: {marketing: 1}}]', /category:market/], ['prices: [{from: 2025-01-01, currency: EUR, rates: {"marketing:ES": -1}}]', /0 or more/],
    ['price_files: [nowhere.yml]', /cannot read .*nowhere\.yml/],
  ])('%s is a problem', (text, message) => expect(problems(file(text)).join('\n')).toMatch(message));
});
