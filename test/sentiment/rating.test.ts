import { describe, expect, it } from 'vitest';
import { isOptOut } from '../../exporter/sentiment/opt-out.ts';
import { PHRASES } from '../../exporter/sentiment/phrases.ts';
import { ratingIn, ratingOnButton } from '../../exporter/sentiment/rating.ts';

describe('a rating that was typed', () => {
  it.each([
    ['5'], ['٥'], ['۵'], ['५'], ['৫'], ['๕'], ['５'], ['⑤'], ['5️⃣'], [' 5. '], ['5!!!'], ['“5”'], ['5分'], ['5点'], ['5점'], ['5 stars'], ['5 estrellas'], ['5 étoiles'], ['5 Sterne'],
    ['five'], ['FIVE!'], ['Cinco'], ['cinq'], ['cinque'], ['fünf'], ['vijf'], ['pięć'], ['beş'], ['пять'], ["п'ять"], ['خمسة'], ['خمسه'], ['پنج'], ['חמש'], ['पाँच'], ['पांच'], ['paanch'],
    ['پانچ'], ['পাঁচ'], ['lima'], ['năm'], ['ห้า'], ['五'], ['五分'], ['五点です'], ['다섯'], ['오점'], ['tano'], ['un 5'], ['I give a 5'], ['I’d give it a 5'], ['le doy un 5'], ['5 gracias!'], ['5 👍'], ['満点 5点'],
  ])('reads %s as five', (text) => expect(ratingIn(text)).toEqual({ value: 5 }));

  it.each([['5/5', 5, 5], ['4 / 5', 4, 5], ['٤/٥', 4, 5], ['4 out of 5', 4, 5], ['4 de 5', 4, 5], ['3 von 5', 3, 5], ['4 sur 5', 4, 5], ['4 из 5', 4, 5], ['7/10', 7, 10], ['seven out of ten', 7, 10],
    ['⭐⭐⭐⭐', 4, 5], ['★★★☆☆', 3, 5], ['🌟🌟', 2, 5], ['⭐️⭐️⭐️ thanks', 3, 5], ['👍', 1, 1], ['👍🏾', 1, 1], ['👍👍', 1, 1], ['👎🏻', 0, 1]])(
    'reads %s as %d of %d', (text, value, of) => expect(ratingIn(text)).toEqual({ value, of }));

  it.each([['10', 10], ['0', 0], ['🔟', 10], ['zero', 0], ['diez', 10], ['십', 10], ['١٠', 10]])('reads %s', (text, value) => expect(ratingIn(text)).toEqual({ value }));

  it.each([
    ['15'], ['100'], ['11'], ['4.5'], ['4,5'], ['4-5'], ['3 or 4'], ['3 o 4'], ['-1'], ['+5'], ['5€'], ['$5'], ['5%'], ['5?'], ['#5'], ['5 pm'], ['room 5'], ['order 4'], ['I have 5 questions'],
    ['5 days late'], ['5/6'], ['4/3'], ['4/5/2026'], ['12:05'], ['👍👎'], ['⭐⭐⭐⭐⭐⭐'], ['★☆'], ['hello'], ['thanks'], [''], ['   '], ['không'], ['نه'], ['2 pizzas'], ['34600111222'], ['five of us are waiting'], ['1 2 3'],
    ['no'], ['⭐ your shop ⭐'], ['4 5'], ['5'.repeat(70)],
  ])('takes %s for no rating', (text) => expect(ratingIn(text)).toBeUndefined());

  it.each([['5 – Excellent', { value: 5 }], ['Excellent (5)', { value: 5 }], ['Sehr gut: 4', { value: 4 }], ['ممتاز ٥', { value: 5 }], ['👎 Bad', { value: 0, of: 1 }], ['⭐⭐⭐⭐⭐ Great', { value: 5, of: 5 }],
    ['Excellent', undefined], ['From 1 to 5', undefined], ['Order 4711', undefined]])('reads the button %s', (title, rating) => expect(ratingOnButton(title)).toEqual(rating));

  it('knows the words for one to ten of every language', () => {
    for (const [language, { numbers }] of Object.entries(PHRASES)) {
      expect(numbers, language).toHaveLength(11);
      numbers.forEach((forms, value) => { for (const form of forms) expect(ratingIn(form), `${language} ${form}`).toEqual({ value }); });
    }
  });
});

describe('an opt-out', () => {
  it.each([['STOP'], ['stop.'], ['Stop!'], ['Baja'], ['BAJA'], ['darme de baja'], ['SAIR'], ['退订'], ['TD'], ['配信停止'], ['수신거부'], ['إلغاء الاشتراك'], ['отписаться'], ['הסר'], ['ยกเลิก'], ['berhenti'],
    ['hủy đăng ký'], ['abmelden'], ['désabonner'], ['uitschrijven'], ['wypisz'], ['unsubscribe me'], ['बंद करो'], ['بند کریں'], ['বন্ধ করুন'], ['لغو'], ['acha kutuma'], ['відписатися'], ['disiscrivimi'], ['çık']])(
    'is heard in %s', (text) => expect(isOptOut(text, 'whatsapp')).toBe(true));

  it.each([['stop it please'], ['How do I stop the timer?'], ['Please stop the delivery'], ['baja el precio'], ['cancel'], ['end'], ['stop stop stop where is my order'], ['Bitte abmelden geht nicht'], ['']])(
    'is not heard in %s', (text) => expect(isOptOut(text, 'whatsapp')).toBe(false));

  it('knows the words of carriers in SMS only', () => {
    expect([isOptOut('CANCEL', 'sms'), isOptOut('QUIT', 'sms'), isOptOut('CANCEL', 'webchat')]).toEqual([true, true, false]);
  });
});
