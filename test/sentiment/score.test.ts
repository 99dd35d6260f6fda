import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { detectLanguage, UNDETERMINED } from '../../exporter/sentiment/language.ts';
import { LANGUAGES } from '../../exporter/sentiment/lexicons.ts';
import { LONGEST_TEXT, scoreText } from '../../exporter/sentiment/score.ts';

const SEED = 20_261_121;

describe('a message', () => {
  it.each<[string, string, string | undefined]>([
    ['praise', 'Great service, thank you!', 'positive'],
    ['a complaint', 'My parcel never arrived and nobody answers', 'negative'],
    ['a plain request', 'Please send the invoice to the new office', undefined],
    ['a negator before the word', 'I am not happy with this', 'negative'],
    ['a negator two words before', 'not a very good experience', 'negative'],
    ['a typographic apostrophe', 'I don’t like it', 'negative'],
    ['a denied problem', 'no problem at all', 'positive'],
    ['a negator after the word, German', 'Das gefällt mir nicht', 'negative'],
    ['a negator after the word, Turkish', 'hiç memnun değilim', 'negative'],
    ['a negator after the word, Hindi', 'यह अच्छा नहीं है', 'negative'],
    ['a negated form, Japanese', '対応が良くない', 'negative'],
    ['a negated form, Chinese', '味道不好', 'negative'],
    ['negation that ends with its clause', 'No. Great work!', 'positive'],
    ['a question about something unpleasant', 'Can I cancel my order?', undefined],
    ['the same in Spanish', '¿Puedo devolver los zapatos?', undefined],
    ['the same in Turkish', 'Randevumu iptal edebilir miyim?', undefined],
    ['the same in Russian', 'Как отменить подписку?', undefined],
    ['the same in Arabic', 'كيف يمكنني إلغاء الاشتراك؟', undefined],
    ['thanks that trail off', 'Thanks...', 'positive'],
    ['mixed feelings', 'Good idea, a bit slow', undefined],
    ['mixed feelings that trail off', 'Good idea, a bit slow...', 'negative'],
    ['a bare negation in Italian', 'Il corriere non passa', 'negative'],
    ['a bare negation in French', "Le livreur n'est venu ni lundi ni mardi", 'negative'],
    ['a question that is a complaint', 'Why is my order broken and late again?', 'negative'],
    ['emoji alone', '👍🏽', 'positive'],
    ['emoji stuck to a word', 'angekommen😡', 'negative'],
    ['a heart with a variation selector', '❤️', 'positive'],
    ['a family emoji, which says nothing', '👨‍👩‍👧', undefined],
    ['long drawn letters', 'sooooo baaaaad', 'negative'],
    ['missing accents', 'muchisimas gracias, todo perfecto', 'positive'],
    ['Turkish without its letters', 'cok tesekkur ederim', 'positive'],
    ['Arabic with short vowels and stretching', 'شُكْـــراً جزيلاً', 'positive'],
    ['Arabic with clitics', 'والمشكلة مستمرة', 'negative'],
    ['Hindi in Latin letters', 'bhai bahut bakwas service hai', 'negative'],
    ['Vietnamese without marks', 'giao hang cham qua, that vong', 'negative'],
    ['English in the middle of Spanish', 'el pedido llegó y la app es amazing', 'positive'],
    ['English in the middle of Japanese', 'アプリが crash します', 'negative'],
    ['a number', '4021', undefined],
    ['nothing', '', undefined],
    ['a link and an account, which are not read', 'https://example.com/great @bad_service', undefined],
  ])('%s', (_, text, label) => {
    const { label: got } = scoreText(text);
    expect(got === 'neutral' ? undefined : got).toBe(label);
  });

  it('tells neutral from no evidence', () => {
    expect(scoreText('Order 4021, flat three')).toMatchObject({ score: 0, evidence: [] });
    expect(scoreText('Order 4021, flat three')).not.toHaveProperty('label');
    expect(scoreText('The food was good, the driver was rude')).toMatchObject({ label: 'neutral', evidence: [{ entry: 'good' }, { entry: 'rude' }] });
  });

  it('is stronger with an intensifier and weaker negated', () => {
    const of = (text: string): number => scoreText(text).score;
    expect(of('very good')).toBeGreaterThan(of('good'));
    expect(of('not good')).toBeGreaterThan(of('bad very bad'));
  });

  it('names entries of the lists as evidence, never what was written', () => {
    expect(scoreText('Frau Beispiel war sehr freundlich zu Herrn Muster').evidence.map(({ entry }) => entry)).toEqual(['freu']);
  });

  it('reads so much and no more', () => {
    expect(scoreText(`${'x '.repeat(LONGEST_TEXT)} terrible`).evidence).toEqual([]);
    const started = performance.now();
    scoreText('terrible '.repeat(200_000));
    scoreText('\ufdfa'.repeat(1_000_000));
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it.each([null, undefined, 12, {}, [], Symbol('x'), () => 'great'])('that is no text has no evidence: %s', (value) => {
    expect(scoreText(value)).toEqual({ score: 0, language: UNDETERMINED, evidence: [] });
    expect(detectLanguage(value)).toBe(UNDETERMINED);
  });

  it('of names every object has is words like any other', () => {
    for (const text of ['__proto__', 'constructor', 'toString hasOwnProperty valueOf', 'prototype __proto__ great']) expect(() => scoreText(text)).not.toThrow();
    expect(scoreText('__proto__ great').label).toBe('positive');
  });

  it('of any characters is scored between -1 and 1, twice alike, in a language from the list', () => {
    const words = fc.constantFrom('great', 'not', 'nicht', '不', '好', 'ない', 'شكرا', '😀', '🏽', '?', '…', 'ดี', '안', 'đẹp', 'bahut', '\u200d', '\ud800', ':)');
    fc.assert(fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.array(words, { maxLength: 40 }).map((list) => list.join(' '))), (text) => {
      const scored = scoreText(text);
      expect(Math.abs(scored.score)).toBeLessThanOrEqual(1);
      expect([...LANGUAGES, UNDETERMINED]).toContain(scored.language);
      expect('label' in scored).toBe(scored.evidence.length > 0);
      expect(scoreText(text)).toEqual(scored);
    }), { seed: SEED, numRuns: 3_000 });
  });
});

test.each<[string, string]>([
  ['Where is my parcel, it should have come yesterday', 'en'], ['¿Dónde está mi pedido?', 'es'], ['Onde está o meu pedido?', 'pt'], ['Où est ma commande ?', 'fr'],
  ["Dov'è il mio ordine?", 'it'], ['Wo bleibt meine Bestellung?', 'de'], ['Waar blijft mijn bestelling?', 'nl'], ['Gdzie jest moja paczka?', 'pl'], ['Siparişim nerede kaldı?', 'tr'],
  ['Где мой заказ?', 'ru'], ['Де моє замовлення?', 'uk'], ['أين طلبي؟', 'ar'], ['سفارش من کجاست؟', 'fa'], ['میرا آرڈر کہاں ہے؟', 'ur'], ['איפה ההזמנה שלי?', 'he'],
  ['मेरा ऑर्डर कहाँ है?', 'hi'], ['mera order kahan hai bhai', 'hi'], ['আমার অর্ডার কোথায়?', 'bn'], ['Pesanan saya belum dikirim ya kak, gimana nih', 'id'],
  ['Bila barang saya nak sampai, dah lama tunggu', 'ms'], ['Đơn hàng của tôi đâu rồi?', 'vi'], ['สินค้าของฉันอยู่ที่ไหน', 'th'], ['我的订单在哪里？', 'zh'], ['注文した商品はどこですか', 'ja'],
  ['제 주문은 어디에 있나요?', 'ko'], ['Mzigo wangu uko wapi?', 'sw'], ['😀 👍', UNDETERMINED], ['12345', UNDETERMINED],
])('the language of "%s" is %s', (text, language) => {
  expect(detectLanguage(text)).toBe(language);
});

/** Invented sentences, twenty of each class; the floors lie below what was reached, so that a change which loses words shows. */
describe('sentences of our own', () => {
  const folder = new URL('sentences/', import.meta.url);
  test.each(readdirSync(folder))('%s', (file) => {
    const rows = readFileSync(new URL(file, folder), 'utf8').trim().split('\n').slice(1).map((line) => line.split('\t'));
    const right = (label: string): number => rows.filter(([truth, , text]) => truth === label && (scoreText(text).label ?? 'neutral') === label).length;
    for (const label of ['negative', 'neutral', 'positive']) {
      expect(rows.filter(([truth]) => truth === label).length).toBeGreaterThanOrEqual(20);
      expect.soft(right(label), label).toBeGreaterThanOrEqual(16);
    }
  });
});
