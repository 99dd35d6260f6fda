/** Bodies that nobody should send: recorded ones with people planted in them, damaged. */
import { random, type Random } from '../../exporter/simulator/random.ts';
import { PLANTED } from './load.ts';

/** What providers call the parts of a person and of what he says. */
const PERSONAL: Readonly<Record<string, string>> = {
  body: PLANTED.text, content: PLANTED.text, text: PLANTED.text, caption: PLANTED.text, processed_message_content: PLANTED.text,
  wa_id: `${PLANTED.phone}07`, from: `${PLANTED.phone}07`, to: `${PLANTED.phone}08`, recipient_id: `${PLANTED.phone}07`, phone: `${PLANTED.phone}07`,
  phone_number: `+${PLANTED.phone}07`, identifier: `${PLANTED.phone}07@example.org`, contact: `${PLANTED.phone}07`, conversation: `${PLANTED.phone}07`,
  email: PLANTED.email, customer_email: PLANTED.email, contact_email: PLANTED.email, receipt_email: PLANTED.email, Email: PLANTED.email, Mobile: `+${PLANTED.phone}07`, username: PLANTED.email, formatted_name: PLANTED.name, first_name: PLANTED.name, last_name: PLANTED.name,
};
/** Beside one of these a `name` is that of a person, elsewhere of an inbox or a template. */
const SIGNS_OF_A_PERSON: readonly string[] = ['email', 'phone_number', 'thumbnail', 'avatar', 'identifier'];

/** What forms call them; a number is told by whose it is, because the business's own stands in the same fields. */
const IN_FORMS: Readonly<Record<string, string>> = { Body: PLANTED.text, ProfileName: PLANTED.name, WaId: `${PLANTED.phone}07` };
const CUSTOMER_IN_FORMS = '447700900123';
/** Stands in `to` and `from` where others have only people. */
const LINE_OF_THE_BUSINESS = '+15005550006';

const isXml = (body: string): boolean => /^\s*</.test(body);

const isJson = (body: string): boolean => /^\s*[[{]/.test(body);

/** A recorded body whose people are the planted one. */
export function planted(body: string): string {
  if (isXml(body)) return body.replaceAll('rosa.lind@example.com', PLANTED.email).replaceAll('+44 7700 900123', `+${PLANTED.phone}07`).replaceAll('Teapots', PLANTED.text);
  if (!isJson(body)) return new URLSearchParams([...new URLSearchParams(body)].map(([key, value]): [string, string] => [key, IN_FORMS[key] ?? value.replace(CUSTOMER_IN_FORMS, `${PLANTED.phone}07`)])).toString();
  return JSON.stringify(JSON.parse(body, function (this: Record<string, unknown>, key, value: unknown) {
    if (typeof value !== 'string') return key === 'profile' && typeof value === 'object' && value !== null ? { ...value, name: PLANTED.name } : value;
    if (value.endsWith(LINE_OF_THE_BUSINESS)) return value;
    if (key === 'name' && SIGNS_OF_A_PERSON.some((sign) => sign in this)) return PLANTED.name;
    return Object.hasOwn(PERSONAL, key) ? PERSONAL[key] : value;
  }));
}

const HOSTILE: readonly unknown[] = [
  null, true, false, 0, -1, 1.5, 1e308, -1e308, Number.MAX_SAFE_INTEGER, 9_007_199_254_740_993, '', ' ', '0', 'NaN', '-5', '1e99', '__proto__', 'constructor', 'toString', '\u0000',
  'a\u0000b', '\ud800', '\udc00x', '9'.repeat(400), 'x'.repeat(3_000), '2026-02-31T25:00:00Z', '1781010000', [], [[]], [[null]], {}, { length: 1, valueOf: 1 }, { id: {} },
];

/** The n-th damaged body of a seed: values replaced, members doubled or given a prototype, or characters lost, doubled and replaced. */
export function damaged(seed: string, n: number, bodies: readonly string[]): string {
  const r = random(seed, n);
  const body = r.pick(bodies);
  return isJson(body) && r.chance(0.7) ? damagedValues(body, r) : damagedText(body, r);
}

function damagedValues(body: string, r: Random): string {
  const share = r.pick([0.01, 0.03, 0.1]);
  const text = JSON.stringify(JSON.parse(body), (key, value: unknown) => {
    if (key === '' || !r.chance(share)) return value;
    return r.chance(0.1) ? [value, value] : structuredClone(r.pick(HOSTILE));
  });
  return r.chance(0.1) ? text.replace('{', '{"__proto__":{"id":"x","type":"text","polluted":true},') : text;
}

function damagedText(body: string, r: Random): string {
  let text = body;
  for (let n = 1 + r.int(4); n > 0; n--) {
    const at = r.int(text.length);
    text = `${text.slice(0, at)}${r.pick(['', '{', '"', '\u0000', '\\u', '\\u0000', '\\ud800', text.slice(at, at + 9), '}]', ','])}${text.slice(at + 1 + r.int(3))}`;
  }
  return r.chance(0.2) ? text.slice(0, r.int(text.length)) : text;
}
