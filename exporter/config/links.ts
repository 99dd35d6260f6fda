/** The section `links`: where tracked links lead. */
import { z } from 'zod';
import { strict } from './strict.ts';

/** A tracked link by name. */
export interface LinkConfig {
  readonly url: string;
  readonly campaign?: string;
  /** Parameters without `utm_`; false adds none. */
  readonly utm: Readonly<Record<string, string>> | false;
}

/** Letters, digits and little else, as everywhere in labels. */
const word = z.string().regex(/^[\p{L}\p{M}\p{N}_ .:/-]{1,64}$/u, 'must be a short name of letters, digits, spaces and - _ . : /');

const url = z.string().refine((text) => {
  const address = URL.parse(text);
  return address !== null && /^https?:$/.test(address.protocol) && address.username === '' && address.password === '';
}, 'must be a whole address such as https://shop.example.com/summer');

const some = word.exactOptional();
const utm = z.union([z.literal(false), strict({ source: some, medium: some, campaign: some, content: some, term: some })],
  'must be false, or some of source, medium, campaign, content, term');

const link = z.union([url.transform((address) => ({ url: address })), strict({
  url, campaign: some, utm: utm.exactOptional(),
})], 'must be an address, or url with campaign and utm').transform((value): LinkConfig => ({ utm: {}, ...value }));

/** Names are the last part of the link's address; signed codes have a dot in theirs. */
export const linksSection = z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'must be a short name of small letters, digits, - and _'), link);
