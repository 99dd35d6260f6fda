import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { starterTopics } from '../../exporter/config/starter-topics.ts';
import type { ParsedEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createEnricher } from '../../exporter/ingest/enrich.ts';
import { createUnderstanding } from '../../exporter/ingest/understand.ts';
import { NOW } from './doubles.ts';

const key = 'k'.repeat(64);
let elsewhere = false;
const { enrich } = createEnricher({ key, settingsFor: () => DEFAULT_SETTINGS, understand: createUnderstanding({ key, topics: starterTopics(), surveys: [
  { type: 'csat', scale: '1-10', templates: ['rate'], ids: [], texts: ['How was it?'], buttons: { Super: 10 } }, { type: 'nps', scale: '0-10', templates: [], ids: ['recommend'], texts: [], buttons: {} },
], scoredElsewhere: () => elsewhere }) });

const given = (more: object): ParsedEvent => ({ id: 'm1', source: 'whatsapp', channel: 'whatsapp', inbox: '1055', t: NOW, receivedAt: NOW, conversation: 'c1', contact: 'u1', ...more } as ParsedEvent);
const inbound = (text: string | undefined, more: object = {}): object => enrich(given({ kind: 'message.inbound', message: 'm1', content: 'text', ...(text === undefined ? {} : { text }), ...more }))!;
const outbound = (text: string | undefined, more: object = {}): object => enrich(given({ kind: 'message.outbound', message: 'm1', content: 'text', author: 'agent', authorId: '7', ...(text === undefined ? {} : { text }), ...more }))!;

describe('a message of a customer', () => {
  it.each<[string, string | undefined, object, object]>([
    ['an angry one', 'الخدمة سيئة جدا والشحنة ما وصلت', {}, { language: 'ar', sentiment: 'negative', topic: 'delivery' }],
    ['a rating', '٥', {}, { rating: { value: 5 } }], ['a rating out of ten', '8/10', {}, { rating: { value: 8, of: 10 } }],
    ['a button of a survey', 'Super', { content: 'button' }, { rating: { value: 10 } }], ['thanks', 'Muchas gracias!', {}, { needsReply: false }], ['a sticker', undefined, { content: 'sticker' }, { needsReply: false }],
    ['an opt-out', 'BAJA', {}, { optOut: true }], ['a language the source knows better', 'hola', { language: 'ca-ES' }, { language: 'ca' }], ['a country in small letters', 'hola', { country: 'es' }, { country: 'ES' }],
    ['a reply the source wants', 'gracias', { needsReply: true }, { needsReply: true }],
  ])('%s', (_, text, more, expected) => expect(inbound(text, more)).toMatchObject(expected));

  it.each<[string, string | undefined, object, string]>([
    ['no evidence is no sentiment', 'order 4711', {}, 'sentiment'], ['a button "OK" goes on in a menu', 'OK', { content: 'button' }, 'needsReply'], ['a photo may need a reply', undefined, { content: 'image' }, 'needsReply'],
    ['a question is no farewell', 'ok?', {}, 'needsReply'], ['a rating the source has read itself', '5', { surveyAnswer: true }, 'rating'], ['a word of carriers in a chat', 'cancel', {}, 'optOut'],
    ['a language that is none', 'hola', { language: 'the one of my mother' }, 'language'], ['no text, no topic', undefined, {}, 'topic'],
  ])('%s', (_, text, more, field) => expect(inbound(text, more)).not.toHaveProperty(field));

  it('carries no sentiment while somebody else scores it', () => {
    elsewhere = true;
    expect(inbound('terrible service')).not.toHaveProperty('sentiment');
    expect(inbound('terrible service')).toMatchObject({ language: 'en', topic: 'complaint' });
    elsewhere = false;
    expect(inbound('terrible service')).toMatchObject({ sentiment: 'negative' });
  });
});

describe('a message of the business', () => {
  it('of an agent has length, emoji and a signature', () => {
    expect(outbound('You can send it back within thirty days 😊')).toMatchObject({ length: 41, emoji: 1, shingles: expect.stringMatching(/^[\w-]{64}$/) as string, author: 'agent' });
    expect(outbound('Sure')).toMatchObject({ length: 4, emoji: 0 });
    expect(outbound('Sure')).not.toHaveProperty('shingles');
  });
  it.each(['bot', 'automation', 'campaign', 'system'])('of %s has none of them', (author) => {
    for (const field of ['length', 'emoji', 'shingles']) expect(outbound('You can send it back within thirty days', { author })).not.toHaveProperty(field);
  });
  it.each([['template', { template: { name: 'rate' } }], ['text', { text: 'Hello! How was it? 1-10' }]])('that is a survey by its %s is automatic', (_, more) => {
    expect(outbound(undefined, more)).toMatchObject({ author: 'automation', survey: { type: 'csat', scale: '1-10' } });
  });
  it('that posts a survey by its id gets type and scale of the configuration', () => {
    expect(enrich(given({ kind: 'survey.sent', survey: 'recommend' }))).toMatchObject({ type: 'nps', scale: '0-10' });
    expect(enrich(given({ kind: 'survey.sent', survey: 'recommend', type: 'csat', scale: 'thumbs' }))).toMatchObject({ type: 'csat', scale: 'thumbs' });
    expect(enrich(given({ kind: 'survey.sent', survey: 'other' }))).not.toHaveProperty('scale');
  });
});

it('keeps nothing of any text: every word of an event is one of ours', () => {
  const words = fc.stringMatching(/^[a-z]{9,14}$/);
  fc.assert(fc.property(fc.array(words, { minLength: 1, maxLength: 30 }), fc.constantFrom('message.inbound', 'message.outbound'), fc.constantFrom('thanks ', 'refund ', '5 ', ''), (secret, kind, prefix) => {
    const event = JSON.stringify(enrich(given({ kind, message: 'm1', content: 'text', author: 'agent', text: prefix + secret.join(' ') })));
    const known = 'delivery billing refunds product support account order appointment complaint other negative neutral positive';
    for (const word of secret) if (!known.includes(word)) expect(event.replace(/"shingles":"[^"]*"/, '')).not.toContain(word);
  }), { seed: 20_261_121, numRuns: 500 });
});

it('takes any string, however broken, in bounded time', () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ unit: 'grapheme', maxLength: 400 })), (text) => void [inbound(text), outbound(text)]), { seed: 20_261_121, numRuns: 2_000 });
  for (const text of ['a'.repeat(1_000_000), '5'.repeat(1_000_000), 'gracias '.repeat(100_000), '👍'.repeat(200_000), '("'.repeat(300_000), 'ok '.repeat(39)]) {
    const start = performance.now();
    inbound(text);
    outbound(text);
    expect(performance.now() - start).toBeLessThan(1_000);
  }
});
