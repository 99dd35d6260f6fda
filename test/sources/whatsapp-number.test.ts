import { expect, it } from 'vitest';
import { subscriberOf } from '../../exporter/sources/whatsapp-number.ts';

it.each([
  ['a Brazilian mobile number loses the ninth digit', '5511991234567', '551191234567'],
  ['and is left alone without it', '551191234567', '551191234567'],
  ['a Brazilian landline has none', '551132345678', '551132345678'],
  ['a Mexican mobile number loses the 1', '5215500000001', '525500000001'],
  ['and is left alone without it', '525500000001', '525500000001'],
  ['an Argentine mobile number loses the 9', '5491155550000', '541155550000'],
  ['other countries keep what they have', '447700900123', '447700900123'],
  ['also where the digits look alike', '15490001111', '15490001111'],
])('%s', (_is, phone, key) => expect(subscriberOf(phone)).toBe(key));
