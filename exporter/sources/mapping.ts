/** A source declared as data: what a mapping file says, read and checked. `config/mapping.ts` makes one, `custom.ts` follows it. */
import type { SignatureScheme } from './signature.ts';

/** Names and positions that lead to a value: `data.items[0].id`. */
export type Path = readonly (string | number)[];

/** Where a value stands: in the body (or in the item that `each` is at), or in a header of the request (lower case). */
export type Place = { readonly path: Path } | { readonly header: string };

/** How the value of a field is found. */
export interface Value {
  /** The first of them that is there counts. */
  readonly places: readonly Place[];
  /** Written out as `{path: …}`: their words are ours. */
  readonly isPath?: boolean;
  /** The value itself; then nothing is looked up. */
  readonly constant?: string | number | boolean | null;
  /** Texts and places in turn, put together; absent when one of the places is. */
  readonly parts?: readonly (string | Place)[];
  /** Our clock when the request arrived, for platforms that send no time. */
  readonly received?: true;
  /** What the platform's words are in ours. */
  readonly table?: ReadonlyMap<string, Constant>;
  /** For words that are not in the table; without it such an item counts as unknown. */
  readonly otherwise?: Constant;
  /** A time in this unit; `offset` (`+05:30`) belongs to texts that name no zone. */
  readonly time?: { readonly unit: TimeUnit; readonly offset?: string };
  /** A number is multiplied by it: 0.01 for cents. */
  readonly factor?: number;
  /** Tags are taken out. */
  readonly html?: boolean;
}

/** What stands for itself; `null` means nobody or none. */
export type Constant = string | number | boolean | null;

export const TIME_UNITS = ['seconds', 'milliseconds', 'microseconds', 'iso'] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

/** One condition. */
export interface Test { readonly place: Place; readonly is: { readonly oneOf: readonly string[] } | { readonly exists: boolean } }

/** What one kind of item becomes. All conditions must hold; `each` names the arrays it walks through, outermost first. */
export interface Rule {
  readonly when: readonly Test[];
  readonly each: readonly { readonly name: string; readonly path: Path }[];
  /** A kind of event, or `ignored`. */
  readonly kind: string;
  readonly fields: ReadonlyMap<string, Value>;
}

/** Who may write, as data. */
export type Authentication =
  | { readonly by: 'hmac'; readonly scheme: SignatureScheme;
      /** The header holds `t=…,v1=…`: names of its parts. */
      readonly parts?: { readonly signature: string; readonly timestamp?: string } }
  | { readonly by: 'token'; readonly header: string; readonly prefix: string }
  | { readonly by: 'basic' }
  | { readonly by: 'query'; readonly parameter: string };

/** A whole source. */
export interface Mapping {
  /** The `<source>` of its address. */
  readonly name: string;
  readonly title: string;
  /** Whether the platform posts again after an error. */
  readonly retries: boolean;
  readonly hasResolution: boolean;
  /** What a body is: one object, a list of them, or a form. */
  readonly body: 'object' | 'list' | 'form';
  readonly authentication: Authentication;
  /** The question before a platform saves the address, as GET: names in its query. Without a token everybody is answered. */
  readonly handshake?: { readonly challenge: string; readonly token?: string };
  /** Where a body or item says what it is; for counting what is not known. */
  readonly type?: Place;
  readonly rules: readonly Rule[];
}

type Secret = { readonly name: string; readonly required: boolean; readonly help: string };

/** What configuration needs to know of a mapping. */
export const declarationOf = ({ name, title, hasResolution, authentication, handshake }: Pick<Mapping, 'name' | 'title' | 'hasResolution' | 'authentication' | 'handshake'>):
{ readonly id: string; readonly title: string; readonly hasResolution: boolean; readonly secrets: readonly Secret[] } =>
  ({ id: name, title, hasResolution, secrets: [SECRETS[authentication.by], ...(handshake?.token === undefined ? [] : [VERIFY])] });

const VERIFY: Secret = { name: 'verify_token', required: true, help: 'Text of your choice, given to the platform with the address' };

const SECRETS: Readonly<Record<Authentication['by'], Secret>> = {
  hmac: { name: 'secret', required: true, help: 'The key that signs the webhooks' },
  token: { name: 'token', required: true, help: 'The token that the platform shows' },
  basic: { name: 'credentials', required: true, help: '`user:password`, as given to the platform' },
  query: { name: 'key', required: true, help: 'Text of your choice, put at the end of the webhook URL' },
};
