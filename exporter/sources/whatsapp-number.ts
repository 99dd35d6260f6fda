/**
 * One spelling for one subscriber. Brazil, Mexico and Argentina put a digit before mobile numbers that WhatsApp sometimes
 * leaves out: a message may come from `5215512345678` and its reply go to `525512345678`. Country and length tell the forms apart
 * from everything else, and in none of the three does the shorter form belong to somebody else.
 */
const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  // Brazil: the ninth digit, before 8 digits of a mobile number; landlines begin with 2 to 5.
  [/^55(\d\d)9([6-9]\d{7})$/, '55$1$2'],
  [/^521(\d{10})$/, '52$1'],
  [/^549(\d{10})$/, '54$1'],
];

/** The number as a key, digits only: equal for every spelling of it. Not a number to call. */
export function subscriberOf(phone: string): string {
  const rule = /^5[245]/.test(phone) ? SPELLINGS.find(([form]) => form.test(phone)) : undefined;
  return rule ? phone.replace(rule[0], rule[1]) : phone;
}
