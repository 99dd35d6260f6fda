import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CanonicalEvent, ParsedEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';

const NOW = Date.UTC(2026, 5, 9, 16);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const { enrich } = createEnricher({ key: 'k'.repeat(64), settingsFor: () => DEFAULT_SETTINGS });

const envelope = { source: 'whatsapp', t: NOW - 1000, receivedAt: NOW, channel: 'whatsapp', inbox: '1055' } as const;
const inbound = (more: Partial<ParsedEvent> = {}): ParsedEvent => ({
  ...envelope, id: 'wamid.1', kind: 'message.inbound', message: 'wamid.1', content: 'text', conversation: '1055:34600111222', contact: '34600111222', ...more,
} as ParsedEvent);
const given = (more: object): ParsedEvent => ({ ...envelope, id: 'e1', ...more } as ParsedEvent);
const enriched = (event: ParsedEvent): CanonicalEvent & Readonly<Record<string, unknown>> => enrich(event) as CanonicalEvent & Record<string, unknown>;

describe('identity', () => {
  it('names a message by its own id, under whatever event id it comes', () => {
    const plain = enriched(inbound());
    const again = enriched(inbound({ id: 'event-77' }));
    expect(plain.id).toMatch(UUID);
    expect(again.id).toBe(plain.id);
    expect(plain['message']).toBe(plain.id);
    expect(plain.twin).toBeUndefined();
    expect(again.twin).toMatch(UUID);
  });

  it('gives a receipt the id of its event and the name of its message', () => {
    const status = enriched(given({ id: 'wamid.1', kind: 'message.status', message: 'wamid.1', status: 'read' }));
    expect(status['message']).toBe(enriched(inbound()).id);
    expect(status.id).not.toBe(status['message']);
  });

  it.each([
    ['sources', { source: 'chatwoot' }],
    ['people', { contact: '34600111223' }],
  ])('keeps %s apart', (_, more) => {
    expect(enriched(inbound(more)).contact).not.toBe(enriched(inbound()).contact);
  });

  it('needs the key', () => {
    const other = createEnricher({ key: 'j'.repeat(64), settingsFor: () => DEFAULT_SETTINGS });
    expect(other.enrich(inbound())?.contact).not.toBe(enriched(inbound()).contact);
  });

  it('turns both ends of a merge into contacts', () => {
    const merged = enriched(given({ kind: 'contact.merged', from: '34600111222', into: 'bsuid' }));
    expect(merged['from']).toBe(enriched(inbound()).contact);
    expect(merged['into']).toMatch(UUID);
  });
});

describe('time', () => {
  it.each([
    ['a little ahead of our clock stays', NOW + 299_000, NOW + 299_000, undefined],
    ['too far ahead becomes ours', NOW + 301_000, NOW, true],
    ['long past stays', Date.UTC(2012, 0, 1), Date.UTC(2012, 0, 1), undefined],
  ])('%s', (_, t, expected, clamped) => {
    expect(enriched(inbound({ t }))).toMatchObject({ t: expected });
    expect(enriched(inbound({ t })).clamped).toBe(clamped);
  });

  it.each([['not a number', NaN], ['infinite', Infinity], ['in seconds', NOW / 1000], ['in microseconds', NOW * 1000]])('refuses a time %s', (_, t) => {
    expect(enrich(inbound({ t }))).toBeUndefined();
  });

  it('refuses a kind it does not know', () => {
    expect(enrich(given({ kind: 'toString' }))).toBeUndefined();
  });
});

describe('labels', () => {
  it.each([
    ['a short name', 'ana', 'ana'], ['an id', 'agent:12', 'agent:12'], ['letters of any script', 'Facturación', 'Facturación'],
    ['nobody', null, null],
  ])('keeps %s', (_, agent, expected) => {
    expect(enriched(given({ kind: 'conversation.snapshot', agent }))['agent']).toBe(expected);
  });

  it.each([['an address', 'ana@shop.example'], ['a number', '+34600111222'], ['long text', 'x'.repeat(65)], ['a NUL', 'a\0b'], ['half a pair', 'a\ud800']])(
    'hashes %s', (_, toId) => {
      expect(enriched(given({ kind: 'conversation.assigned', toType: 'agent', toId }))['toId']).toMatch(/^h:[0-9a-f]{12}$/);
    });

  it('cleans the inbox and keeps what it names', () => {
    expect(enriched(inbound({ inbox: '+1 555\0\ud800' })).inbox).toBe('+1 555\ufffd');
  });

  it.each([['34600111222', 'ES'], ['16135550123', 'CA'], ['15555550123', 'US'], ['77011234567', 'KZ'], ['999', undefined], ['', undefined]])(
    'finds the country of %s', (phone, country) => {
      expect(enriched(inbound({ phone }))['country']).toBe(country);
    });

  it('leaves a country alone that the source knows', () => {
    expect(enriched(inbound({ phone: '34600111222', country: 'MX' }))['country']).toBe('MX');
  });
});

it('lets nothing of a person through', () => {
  const kinds: readonly object[] = [
    { kind: 'message.inbound', content: 'text' }, { kind: 'message.outbound', content: 'text', author: 'agent' }, { kind: 'message.status', status: 'read' },
    { kind: 'contact.merged' }, { kind: 'conversation.assigned', toType: 'agent' }, { kind: 'link.clicked' }, { kind: 'conversion.recorded' },
    { kind: 'survey.answered', score: 5 }, { kind: 'conversation.classified' }, { kind: 'flow.step' }, { kind: 'contact.erased' },
  ];
  const secret = fc.tuple(fc.constantFrom('+34600', 'Ana <', 'mail@', 'Q?'), fc.string({ minLength: 6, unit: 'grapheme-ascii' })).map((parts) => parts.join('zq'));
  fc.assert(fc.property(fc.constantFrom(...kinds), secret, (kind, person) => {
    const names = ['id', 'message', 'conversation', 'contact', 'phone', 'text', 'name', 'from', 'into', 'toId', 'topic', 'link', 'order', 'survey', 'authorId',
      'campaign', 'referral', 'errorCode', 'run', 'step', 'flow', 'body'];
    const event = given({ ...Object.fromEntries(names.map((name) => [name, person])), ...kind });
    const values = JSON.stringify(Object.values(enriched(event)));
    expect(values).not.toContain(JSON.stringify(person).slice(1, -1));
    expect(values).not.toMatch(/\\u0000|\\ud[89a-f]/);
  }), { seed: 20_260_609 });
});
