import { describe, expect, it } from 'vitest';
import type { ParsedEvent } from '../../exporter/core/event.ts';
import { createIdentities } from '../../exporter/ingest/identity.ts';
import { enricher, NOW } from './doubles.ts';

const KEY = 'k'.repeat(64);
const chat = (contact: string, more: Partial<ParsedEvent> = {}): ParsedEvent =>
  ({ kind: 'note.created', id: `n-${contact}`, source: 'whatsapp', channel: 'whatsapp', inbox: '1', t: NOW, receivedAt: NOW, conversation: 'c1', contact, ...more }) as ParsedEvent; // of this kind, whatever more there is
const shop = (contact: string, more: Partial<ParsedEvent> = {}): ParsedEvent =>
  ({ ...chat(contact), kind: 'conversion.recorded', order: contact, source: 'shopify', channel: 'other', inbox: 'shop', ...more }) as ParsedEvent; // a kind of its own fields
const merges = (identities: ReturnType<typeof createIdentities>, event: ParsedEvent) => identities.of(event, enricher.enrich(event)!);
const hubs = (event: ParsedEvent) => merges(createIdentities({ key: KEY }), event).map((merge) => (merge.kind === 'contact.merged' ? [merge.by, merge.from] : []));

describe('customers of two sources', () => {
  it.each([
    ['the same number', { phone: '34600111222' }, { phone: '34600111222' }, true],
    ['a number spelled as WhatsApp sometimes does', { phone: '5215512345678' }, { phone: '525512345678' }, true],
    ['another number', { phone: '34600111222' }, { phone: '34600111223' }, false],
    ['the same address', { email: 'rosa@example.com' }, { email: 'Rosa@Example.com' }, true],
    ['another address', { email: 'rosa@example.com' }, { email: 'rosa@example.org' }, false],
  ])('meet in %s: %j', (_is, one, other, meet) => {
    const [first, second] = [hubs(chat('u1', one)), hubs(shop('s1', other))];
    expect(first).toHaveLength(1);
    expect(first[0]).toEqual(meet ? second[0] : expect.not.arrayContaining([second[0]![1]]));
  });

  it.each([
    ['nothing is told', {}], ['the number is nobody\'s', { phone: '0000000000' }], ['it is a short one', { phone: '112' }], ['the address is none', { email: 'rosa at example' }],
    ['or is at a machine', { email: 'rosa@localhost' }],
  ])('do not when %s', (_is, told) => expect(hubs(shop('s1', told))).toEqual([]));

  it('are joined by hashes alone, under ids that every process gives them', () => {
    const told = shop('s1', { phone: '34600111222', email: 'rosa@example.com' });
    const [again, once] = [merges(createIdentities({ key: KEY }), told), merges(createIdentities({ key: KEY }), told)];
    expect(once).toEqual(again);
    expect(once.map((merge) => [merge.kind, merge.source, merge.t])).toEqual([['contact.merged', 'shopify', NOW], ['contact.merged', 'shopify', NOW]]);
    expect(JSON.stringify(once)).not.toMatch(/600111222|rosa/);
    expect(merges(createIdentities({ key: 'x'.repeat(64) }), told)[0]?.id).not.toBe(once[0]?.id);
  });

  it('are joined again until that is stored, and now and then for those who were erased meanwhile', () => {
    const identities = createIdentities({ key: KEY });
    const told = shop('s1', { phone: '34600111222' });
    expect(merges(identities, told)).toHaveLength(1);
    identities.note(merges(identities, told));
    expect(merges(identities, told)).toEqual([]);
    expect(merges(identities, shop('s2', { phone: '34600111222' }))).toHaveLength(1);
    expect(merges(identities, { ...told, receivedAt: NOW + 25 * 3_600_000 })).toHaveLength(1);
  });
});

it('names the contact of another source where the business states it', () => {
  const [stated, known] = [enricher.enrich(shop('34600111222', { contactSource: 'whatsapp' })), enricher.enrich(chat('34600111222'))];
  expect(stated?.contact).toBe(known?.contact);
  expect(enricher.enrich(shop('34600111222'))?.contact).not.toBe(known?.contact);
});
