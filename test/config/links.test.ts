import { describe, expect, test } from 'vitest';
import { load, problems, type Given } from './given.ts';

const file = (text: string): Given => ({ files: { 'replywatch.yml': text } });

describe('the section links', () => {
  test('is an address, or says more', () => {
    expect([...load(file('links: {tea: https://shop.example.com/tea, summer: {url: "https://shop.example.com/s?a=1", campaign: summer, utm: {source: poster}}, plain: {url: http://localhost/, utm: false}}')).links]).toEqual([
      ['tea', { url: 'https://shop.example.com/tea', utm: {} }], ['summer', { url: 'https://shop.example.com/s?a=1', campaign: 'summer', utm: { source: 'poster' } }], ['plain', { url: 'http://localhost/', utm: false }]]);
    expect(load(file('tz: UTC')).links.size).toBe(0);
  });

  test.each([
    ['links: {tea: shop.example.com}', /links.*tea/], ['links: {tea: "javascript:alert(1)"}', /tea/], ['links: {tea: "https://user:hush@shop.example.com"}', /tea/], ['links: {Tea.Pot: https://shop.example.com}', /small letters/],
    ['links: {tea: {url: https://shop.example.com, target: x}}', /tea/], ['links: {tea: {campaign: x}}', /tea/],
  ])('%s is refused', (text, message) => {
    const said = problems(file(text)).join('\n');
    expect(said).toMatch(message);
    expect(said).not.toContain('hush');
  });
});

describe('link_customers', () => {
  test('is the operator\'s word, or nobody\'s', () => {
    expect(load(file('link_customers: false')).linkCustomers).toBe(false);
    expect(load(file('tz: UTC')).linkCustomers).toBeUndefined();
  });
});

describe('forwarding to Google Analytics', () => {
  test('is on with both parts, and half of it is a mistake', () => {
    expect(load({ env: { GA4_MEASUREMENT_ID: 'G-TEAPOT1234', GA4_API_SECRET: 'tongs' } }).analytics).toEqual({ url: 'https://www.google-analytics.com', measurementId: 'G-TEAPOT1234', apiSecret: 'tongs' });
    expect(load({ env: {} }).analytics).toBeUndefined();
    expect(problems({ env: { GA4_MEASUREMENT_ID: 'G-TEAPOT1234' } }).join()).toMatch(/half set: it also needs GA4_API_SECRET/);
    expect(problems({ env: { GA4_MEASUREMENT_ID: 'UA-1', GA4_API_SECRET: 'tongs' } }).join()).toMatch(/must look like G-/);
  });
});
