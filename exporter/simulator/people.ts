import type { Business, Country, Language } from './business.ts';
import { random, type Random } from './random.ts';

/** A customer with a phone. The same number is the same person on every day and for every time range. */
export interface Person {
  readonly country: string;
  readonly language: Language;
  readonly name: string;
  /** International form, digits only. */
  readonly phone: string;
  /** WhatsApp's business-scoped user id. */
  readonly userId: string;
  /** Set for the few who hide their number behind a username. */
  readonly username: string | undefined;
}

/** A visitor of the help desk. */
export interface Visitor {
  readonly id: number;
  readonly language: Language;
  readonly country: string;
  readonly name: string;
  readonly email: string | null;
  readonly uuid: string;
}

/** Somebody out of the customer base, by the shares of the countries. */
export function drawPerson(seed: string, business: Business, r: Random): Person {
  const country = r.weighted(business.countries.map((each) => [each, each.share] as const));
  return person(seed, country, r.int(country.size));
}

/** The n-th customer of a country. */
export function person(seed: string, country: Country, index: number): Person {
  const r = random(seed, 'person', country.code, index);
  const perPrefix = Math.ceil(country.size / country.prefixes.length);
  const prefix = country.prefixes[Math.floor(index / perPrefix)] ?? country.prefixes[0] ?? '';
  const name = fullName(country.language, r);
  return {
    country: country.code,
    language: spoken(country, r),
    name,
    phone: prefix + String(index % perPrefix).padStart(country.digits, '0'),
    userId: `${country.code}.${String(1 + r.int(9))}${decimals(r, 16)}`,
    username: r.chance(0.02) ? `@${country.code.toLowerCase()}.lamp${String(index)}` : undefined,
  };
}

/** Somebody who writes to the help desk; `base` keeps the ids of the inboxes apart. */
export function drawVisitor(seed: string, business: Business, base: number, r: Random): Visitor {
  const id = base + r.int(9_000);
  const own = random(seed, 'visitor', id);
  const country = own.weighted(business.countries.map((each) => [each, each.share] as const));
  const uuid = own.hex(32);
  return {
    id,
    country: country.code,
    language: spoken(country, own),
    name: fullName(country.language, own),
    email: own.chance(0.6) ? `visitor${String(id)}@example.com` : null,
    uuid: [uuid.slice(0, 8), uuid.slice(8, 12), `4${uuid.slice(13, 16)}`, `a${uuid.slice(17, 20)}`, uuid.slice(20)].join('-'),
  };
}

/** Most write in the language of their country, some in English. */
const spoken = (country: Country, r: Random): Language => (r.chance(0.08) ? 'en' : country.language);

function fullName(language: Language, r: Random): string {
  const { first, last } = NAMES[language];
  return `${r.pick(first)} ${r.pick(last)}`;
}

function decimals(r: Random, length: number): string {
  let text = '';
  while (text.length < length) text += String(r.int(10));
  return text;
}

const NAMES: Readonly<Record<Language, { readonly first: readonly string[]; readonly last: readonly string[] }>> = {
  en: { first: ['Olive', 'Rupert', 'Maisie', 'Desmond', 'Hattie', 'Clark'], last: ['Thornbury', 'Ashdown', 'Pell', 'Marlowe', 'Quill'] },
  es: { first: ['Lola', 'Íñigo', 'Marisol', 'Andrés', 'Begoña', 'Nicolás'], last: ['Farolillo', 'Candela', 'Luengo', 'Peñalva', 'Cerezal'] },
  pt: { first: ['Matilde', 'Gonçalo', 'Benedita', 'Vasco', 'Leonor'], last: ['Lampreia', 'Sobral', 'Candeia', 'Farinha', 'Beirão'] },
  fr: { first: ['Élodie', 'Bastien', 'Margaux', 'Aurélien', 'Noémie'], last: ['Lanterne', 'Dubreuil', 'Chandelle', 'Fauvel', 'Mercœur'] },
  de: { first: ['Greta', 'Anton', 'Frieda', 'Jörg', 'Mathilda'], last: ['Lichtwark', 'Kerzner', 'Strüver', 'Dochtmann', 'Hellbach'] },
  it: { first: ['Fiamma', 'Ettore', 'Ginevra', 'Ruggero', 'Alba'], last: ['Lumini', 'Candelari', 'Bragagna', 'Favilla', 'Chiarore'] },
  ar: { first: ['نور', 'سراج', 'ضياء', 'منيرة', 'بدر'], last: ['المصباحي', 'القنديلي', 'الفانوسي', 'الشمعي'] },
  hi: { first: ['दीप', 'ज्योति', 'किरण', 'रोशनी', 'प्रकाश'], last: ['दीपकर', 'चिरागी', 'उजालिया', 'रोशनवाल'] },
};
