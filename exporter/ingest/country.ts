import { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import metadata from 'libphonenumber-js/min/metadata';

/** Prefixes remembered before the memory starts over. */
const MOST_PREFIXES = 20_000;
/** Country and area code: what decides the country, also where several share a calling code. */
const PREFIX = 7;

const known = new Map<string, string | undefined>();

/** ISO 3166 code of a number in international form (digits only); where a calling code is shared and the rest does not decide, its main country. */
export function countryOf(digits: string): string | undefined {
  const key = `${digits.length}:${digits.slice(0, PREFIX)}`;
  let country = known.get(key);
  if (country === undefined && !known.has(key)) {
    if (known.size >= MOST_PREFIXES) known.clear();
    known.set(key, (country = look(digits)));
  }
  return country;
}

function look(digits: string): string | undefined {
  const number = parsePhoneNumberFromString(`+${digits}`);
  return number && (number.country ?? mainCountry(number.countryCallingCode));
}

/** The library lists the main country of a calling code first; '001' stands for numbers of no country. */
function mainCountry(callingCode: string): string | undefined {
  const codes: Readonly<Record<string, readonly string[]>> = metadata.country_calling_codes;
  const main = codes[callingCode]?.[0];
  return main === '001' ? undefined : main;
}
