import { beforeEach, describe, expect, it } from 'vitest';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { createClicks, type ClickResult, type LinkTarget, type Visit } from '../../exporter/ingest/clicks.ts';
import { isCrawler } from '../../exporter/ingest/crawlers.ts';
import { codeOf, linkOf } from '../../exporter/ingest/link-code.ts';
import { pseudonymOf } from '../../exporter/ingest/pseudonym.ts';
import { NOW } from './doubles.ts';

const KEY = 'k'.repeat(64);
const PHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const ROSA = pseudonymOf(KEY, 'contact', 'whatsapp', '447700900123');
const targets = new Map<string, LinkTarget>([
  ['summer', { url: 'https://shop.example.com/summer?size=8&utm_medium=poster#teapots', campaign: 'spring', utm: {} }],
  ['help', { url: 'https://help.example.com/', utm: { source: 'widget', content: 'footer' } }],
  ['plain', { url: 'https://shop.example.com/?a=1', utm: false }],
]);
const visit = (more: Partial<Visit> = {}): Visit => ({ method: 'GET', headers: { 'user-agent': PHONE }, address: '192.0.2.7', ...more });

let clicks: CanonicalEvent[];
let results: ClickResult[];
let now: number;
let follow: ReturnType<typeof createClicks>;
beforeEach(() => {
  [clicks, results, now] = [[], [], NOW];
  follow = createClicks({ key: KEY, targets, record: (click) => void clicks.push(click), onResult: (result) => void results.push(result), now: () => now });
});

describe('where a link leads', () => {
  it.each([
    ['a configured name, keeping what the target says itself', 'summer', 'https://shop.example.com/summer?size=8&utm_medium=poster&utm_source=chat&utm_campaign=spring#teapots'],
    ['parameters of one\'s own', 'help', 'https://help.example.com/?utm_source=widget&utm_medium=chat&utm_content=footer'],
    ['none at all', 'plain', 'https://shop.example.com/?a=1'],
    ['a signed name', codeOf(KEY, { to: 'summer', campaign: 'autumn', source: 'whatsapp' }), 'https://shop.example.com/summer?size=8&utm_medium=poster&utm_source=whatsapp&utm_campaign=autumn#teapots'],
    ['a signed address', codeOf(KEY, { to: 'https://shop.example.com/tray' }), 'https://shop.example.com/tray?utm_source=chat&utm_medium=chat'],
  ])('%s', (_is, code, expected) => expect(follow(code, visit())).toBe(expected));

  const [payload = '', signature = ''] = codeOf(KEY, { to: 'https://shop.example.com/' }).split('.');
  const forged = Buffer.from(JSON.stringify({ t: 'https://evil.example.com/' })).toString('base64url');
  it.each([
    ['a name nobody configured', 'winter'], ['a name all objects have', 'constructor'], ['another payload under our signature', `${forged}.${signature}`], ['no signature', payload],
    ['an empty one', `${payload}.`], ['half of one', `${payload}.${signature.slice(0, 8)}`], ['one of another key', codeOf('x'.repeat(64), { to: 'https://shop.example.com/' })],
    ['a signed script', codeOf(KEY, { to: 'javascript:alert(1)' })], ['a signed address without a scheme', codeOf(KEY, { to: '//evil.example.com' })], ['a signed name nobody configured', codeOf(KEY, { to: 'winter' })],
    ['an address', 'https://evil.example.com/'], ['a very long code', `${'a'.repeat(9_000)}.${signature}`],
  ])('never by %s', (_is, code) => {
    expect(follow(code, visit())).toBeUndefined();
    expect([clicks, results]).toEqual([[], ['unknown']]);
  });
});

describe('a click', () => {
  it('belongs to the contact and campaign of its link, and names nobody', () => {
    const code = codeOf(KEY, { to: 'summer', campaign: 'autumn', source: 'whatsapp', contact: ROSA, message: pseudonymOf(KEY, 'message', 'whatsapp', 'wamid.1') });
    follow(code, visit());
    expect(clicks).toMatchObject([{ kind: 'link.clicked', source: 'links', t: NOW, link: 'summer', campaign: 'autumn', contact: ROSA, message: pseudonymOf(KEY, 'message', 'whatsapp', 'wamid.1') }]);
    expect(code + JSON.stringify(clicks)).not.toMatch(/447700900123|192\.0\.2|iPhone/);
    expect(linkOf(KEY, code)).toEqual({ to: 'summer', campaign: 'autumn', source: 'whatsapp', contact: ROSA, message: clicks[0] && 'message' in clicks[0] ? clicks[0].message : '' });
  });

  it('is called by its link, or by the host it leads to', () => {
    for (const code of ['help', codeOf(KEY, { to: 'https://shop.example.com/tray' }), codeOf(KEY, { to: 'https://shop.example.com/tray', name: 'tea tray' }), codeOf(KEY, { to: 'help', name: 'rosa@example.com' })]) follow(code, visit());
    expect(clicks.map((click) => (click.kind === 'link.clicked' ? click.link : ''))).toEqual(['help', 'shop.example.com', 'tea tray', 'other']);
  });

  it('is one within a minute, and another for another visitor or later', () => {
    follow('help', visit());
    follow('help', visit());
    follow('help', visit({ address: '192.0.2.8' }));
    now += 60_000;
    follow('help', visit());
    expect(new Set(clicks.map(({ id }) => id)).size).toBe(3);
  });

  it('is a crawler\'s when a program asks, and leads on all the same', () => {
    expect(follow('plain', visit({ headers: { 'user-agent': 'WhatsApp/2.23.20.0 A' } }))).toBe('https://shop.example.com/?a=1');
    expect(clicks).toMatchObject([{ automated: true }]);
    follow('plain', visit());
    expect(clicks[1]).not.toHaveProperty('automated');
    expect(results).toEqual(['automated', 'counted']);
  });

  it('is led on but not stored beyond what one second may bring', () => {
    for (let i = 0; i < 250; i++) expect(follow('plain', visit({ address: String(i) }))).toBeDefined();
    expect([clicks.length, results.filter((result) => result === 'dropped').length]).toEqual([200, 50]);
    now += 1_000;
    follow('plain', visit());
    expect(clicks).toHaveLength(201);
  });
});

describe('a crawler', () => {
  it.each([
    'WhatsApp/2.24.9.78 I', 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)', 'TelegramBot (like TwitterBot)', 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'Viber/13.3.0.2',
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', 'Mozilla/5.0 (Macintosh) AppleWebKit/600.2.5 (KHTML, like Gecko) Version/8.0.2 Safari/600.2.5 (Applebot/0.1)', 'LinkedInBot/1.0',
    'curl/8.5.0', 'python-requests/2.32', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0 Safari/537.36', '', undefined,
  ])('is %s', (agent) => expect(isCrawler('GET', { 'user-agent': agent })).toBe(true));

  it.each([
    PHONE, 'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 390.0.0.28.85 (iPhone15,3; iOS 18_5)',
    'Mozilla/5.0 (Linux; Android 15; SM-S921B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/138.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/520.0;]',
    'Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/137.0 Mobile Safari/537.36 Line/15.9.0/IAB', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  ])('is not %s', (agent) => expect(isCrawler('GET', { 'user-agent': agent })).toBe(false));

  it('is a browser ahead of its user, and whatever does not get', () => {
    expect(isCrawler('HEAD', { 'user-agent': PHONE })).toBe(true);
    expect(isCrawler('GET', { 'user-agent': PHONE, 'sec-purpose': 'prefetch;prerender' })).toBe(true);
  });
});
