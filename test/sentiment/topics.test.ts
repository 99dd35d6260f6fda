import { describe, expect, it } from 'vitest';
import { starterTopics } from '../../exporter/config/starter-topics.ts';
import { createTopics } from '../../exporter/sentiment/topics.ts';

const find = createTopics(starterTopics());

describe('the shipped topics', () => {
  it.each([
    ['Where is my order? It has not arrived', 'delivery'], ['I was charged twice', 'billing'], ['I want my money back', 'refunds'], ['The screen is broken and it won\'t start', 'product support'],
    ['I forgot my password', 'account'], ['Can I change my order?', 'order'], ['I need to reschedule my appointment', 'appointment'], ['This is unacceptable, I want to speak to a manager', 'complaint'],
    ['What are your opening hours?', 'other'],
    ['me han cobrado dos veces', 'billing'], ['Quiero devolver estos zapatos', 'refunds'], ['No me ha llegado el paquete', 'delivery'], ['no funciona la batería', 'product support'],
    ['He olvidado la contraseña', 'account'], ['quiero cancelar mi pedido', 'order'], ['¿Puedo cambiar la cita del lunes?', 'appointment'], ['quiero poner una reclamación', 'complaint'], ['¿A qué hora abren?', 'other'],
    ['Minha fatura está errada', 'billing'], ['Quero meu dinheiro de volta', 'refunds'], ['Ainda não recebi meu pedido', 'delivery'], ['O aparelho não liga', 'product support'], ['esqueci a senha', 'account'],
    ['quero remarcar a consulta', 'appointment'],
    ['Ma carte bancaire a été débitée deux fois', 'billing'], ['Je veux être remboursée', 'refunds'], ['Mon colis n’est pas arrivé', 'delivery'], ['le chargeur ne marche plus', 'product support'],
    ['j’ai oublié mon mot de passe', 'account'], ['annuler ma commande svp', 'order'], ['je voudrais un rendez-vous', 'appointment'],
    ['Списали деньги два раза', 'billing'], ['Хочу вернуть деньги', 'refunds'], ['Курьер так и не приехал', 'delivery'], ['телефон не включается', 'product support'], ['не могу войти в личный кабинет', 'account'],
    ['خصم مني المبلغ مرتين من البطاقة', 'billing'], ['ابغى استرجاع', 'refunds'], ['وين طلبي ما وصل', 'delivery'], ['الجهاز ما يشتغل', 'product support'], ['نسيت كلمة السر', 'account'], ['أريد حجز موعد', 'appointment'],
    ['मेरे पैसे कट गए', 'billing'], ['मुझे रिफंड चाहिए', 'refunds'], ['पार्सल अभी तक नहीं आया', 'delivery'], ['mobile kaam nahi kar raha', 'product support'], ['पासवर्ड भूल गया', 'account'],
    ['আমার টাকা ফেরত চাই', 'refunds'], ['পার্সেল এখনো পাইনি', 'delivery'], ['পাসওয়ার্ড ভুলে গেছি', 'account'],
    ['مجھے ریفنڈ چاہیے', 'refunds'], ['پارسل ابھی تک نہیں ملا', 'delivery'], ['پاس ورڈ بھول گیا', 'account'],
    ['Tagihan saya salah', 'billing'], ['Paket saya belum sampai', 'delivery'], ['minta refund dong kak', 'refunds'], ['lupa kata sandi', 'account'],
    ['Es wurde doppelt abgebucht', 'billing'], ['Wo bleibt mein Paket?', 'delivery'], ['Der Akku lädt nicht', 'product support'], ['Ich möchte die Lampe zurückgeben', 'refunds'], ['Kann ich den Termin verschieben?', 'appointment'],
    ['能开发票吗', 'billing'], ['我要退款', 'refunds'], ['快递还没到', 'delivery'], ['手机坏了开不了机', 'product support'], ['密码忘了登不上', 'account'], ['我想取消订单', 'order'], ['可以改预约时间吗', 'appointment'], ['我要投诉你们', 'complaint'],
  ])('take "%s" for %s', (text, topic) => expect(find(text).topic).toBe(topic));

  it.each([['hello'], ['thank you very much'], ['Buenos días'], ['你好'], ['السلام عليكم'], [''], ['👍'], ['The trouble is that they told us nothing']])('find nothing in "%s"', (text) => {
    expect(find(text)).toEqual({ matches: [] });
  });

  it('are a bounded set', () => {
    expect(new Set(starterTopics().map((rule) => rule.topic))).toEqual(
      new Set(['billing', 'refunds', 'delivery', 'product support', 'account', 'order', 'appointment', 'complaint', 'other']));
  });

  it('explain themselves with words of the rules, not of the customer', () => {
    expect(find('My REFUND never came, I am Rosa').matches).toEqual([{ topic: 'refunds', rule: 'refund' }]);
  });
});

describe('rules of one\'s own', () => {
  const own = createTopics([
    { topic: 'warranty', keywords: ['garantie*', 'out of warranty'], patterns: [/\bRMA-\d+/iu] }, { topic: 'events', keywords: ['workshop'], patterns: [] }, ...starterTopics(),
  ]);
  it.each([['Garantiefall!', 'warranty'], ['see rma-4711 and my invoice', 'warranty'], ['is there a workshop', 'events'], ['workshops', undefined], ['it is out of warranty, refund', 'warranty'], ['invoice', 'billing']])(
    'take "%s" for %s', (text, topic) => expect(own(text).topic).toBe(topic));
});
