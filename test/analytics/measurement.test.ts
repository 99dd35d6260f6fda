import { describe, expect, it } from 'vitest';
import { measurementOf, type Forwardable } from '../../exporter/analytics/measurement.ts';

const KEY = 'k'.repeat(64);
const ROSA = '11111111-2222-4333-8444-555555555555';
const T = Date.UTC(2026, 5, 9, 13, 10, 0, 250);
const event = (more: Partial<Forwardable> = {}): Forwardable => ({
  id: 'aaaaaaaa-2222-4333-8444-555555555555', kind: 'conversion.recorded', t: T, customer: ROSA, source: 'shopify', data: { order: 'bbbbbbbb-2222-4333-8444-555555555555', type: 'order', value: 79.5, currency: 'EUR' }, ...more,
});
const sent = (more: Partial<Forwardable> = {}) => measurementOf(KEY, event(more)).events[0];

describe('what Google Analytics is told', () => {
  it('is a purchase at its time, of a client that it cannot know, without consent to use it for ads', () => {
    expect(measurementOf(KEY, event())).toEqual({
      client_id: expect.stringMatching(/^\d{1,10}\.\d{1,10}$/) as string, timestamp_micros: T * 1000, non_personalized_ads: true, consent: { ad_user_data: 'DENIED', ad_personalization: 'DENIED' },
      events: [{ name: 'purchase', params: { transaction_id: expect.stringMatching(/^[0-9a-f]{20}$/) as string, chat_source: 'shopify', value: 79.5, currency: 'EUR', session_id: String(Math.floor(T / 1_800_000)), engagement_time_msec: 1 } }],
    });
  });

  it.each([['refund', 'refund'], ['deal', 'close_convert_lead'], ['lead', 'generate_lead'], ['order', 'purchase'], ['something of yours', 'purchase'], [undefined, 'purchase']])('calls a conversion of type %s %s', (type, name) => {
    expect(sent({ data: { order: 'x', type } }).name).toBe(name);
  });

  it.each<[string, object]>([['no currency', { value: 5 }], ['no value', { currency: 'EUR' }], ['a currency that is none', { value: 5, currency: 'h:0123456789ab' }]])('says nothing of money with %s', (_is, money) => {
    expect(sent({ data: { order: 'x', ...money } }).params).not.toHaveProperty('value');
    expect(sent({ data: { order: 'x', ...money } }).params).not.toHaveProperty('currency');
  });

  it('is a click with its link and campaign', () => {
    expect(sent({ kind: 'link.clicked', source: 'links', data: { link: 'tea', campaign: 'spring' } })).toMatchObject({ name: 'chat_link_click', params: { link_name: 'tea', chat_campaign: 'spring' } });
  });

  it('tells customers apart and nobody who they are', () => {
    const client = (customer: string | null, key = KEY, id = 'a') => measurementOf(key, event({ customer, id })).client_id;
    expect(client(ROSA)).toBe(client(ROSA));
    expect(client(ROSA)).not.toBe(client('99999999-2222-4333-8444-555555555555'));
    expect(client(ROSA)).not.toBe(client(ROSA, 'x'.repeat(64)));
    expect(client(null, KEY, 'a')).not.toBe(client(null, KEY, 'b'));
    const all = JSON.stringify(measurementOf(KEY, event()));
    for (const ours of [ROSA, ROSA.slice(0, 8), event().id, 'bbbbbbbb']) expect(all).not.toContain(ours);
  });

  it('keeps to the limits: names of letters, at most 40 characters, values of 100', () => {
    const { name, params } = sent({ kind: 'link.clicked', data: { link: 'x'.repeat(300), campaign: 'y'.repeat(300) } });
    for (const word of [name, ...Object.keys(params)]) expect(word).toMatch(/^(?!(firebase|ga|google)_)[a-z][a-z_]{0,39}$/);
    for (const value of Object.values(params)) expect(String(value).length).toBeLessThanOrEqual(100);
  });
});
