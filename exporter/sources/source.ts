import type { ParsedEvent } from '../core/event.ts';

/** A webhook as it came over the wire. Header names are lower case. */
export interface WebhookRequest {
  readonly method: string;
  /** Path and query as received, e.g. `/webhooks/chatwoot?key=…`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The raw body: signatures are over these bytes. */
  readonly body: Uint8Array;
  /** Our clock when the body was complete: epoch milliseconds UTC. */
  readonly receivedAt: number;
}

/** Configured secrets of one source by name, each with one or more values (several during a rotation). */
export type Secrets = Readonly<Record<string, readonly string[]>>;

/** What an adapter may know of its configuration besides secrets. */
export interface SourceContext {
  /** The `<source>` of the URL and of every event. */
  readonly source: string;
  /** Our address as the provider sees it, where a scheme signs the URL. */
  readonly publicUrl?: string;
}

export type Verdict = 'ok' | 'missing' | 'invalid' | 'stale';

/** Account news that concerns no conversation: template paused, quality dropped. Counted, never stored. */
export interface HealthNote { readonly topic: string; readonly state: string }

/** Everything one body said. `ignored` and `unknown` hold the provider's word for what was left out, from a bounded set. */
export interface Parsed {
  readonly events: readonly ParsedEvent[];
  /** Known and left out on purpose: names from the adapter's closed list, one entry per item. */
  readonly ignored: readonly string[];
  /** Not known to this adapter: counted under `unknown`, the name goes to a debug log when it looks like an identifier. */
  readonly unknown: readonly string[];
  /** Items of a known kind that could not be read: the field at fault, never its value. */
  readonly malformed: readonly string[];
  readonly health?: readonly HealthNote[];
}

/** What a source can tell, in the order of the overview. */
export const CAPABILITIES = ['messages', 'replies', 'agents', 'receipts', 'assignment', 'resolution', 'ratings', 'topics', 'orders'] as const;
export type Capability = (typeof CAPABILITIES)[number];
/** `partly`: with conditions or gaps that the source's page names. What is not listed it cannot tell. */
export type Feeds = Readonly<Partial<Record<Capability, 'yes' | 'partly'>>>;

/** A secret by its configuration name. */
export interface SecretDeclaration {
  readonly name: string;
  readonly required: boolean;
  readonly help: string;
  /** For keys that are more than a line of text: finds the values in what was set; undefined refuses it at start with the message `otherwise`. */
  readonly form?: { readonly read: (text: string) => readonly string[] | undefined; readonly otherwise: string };
}

/** A body for the answer 200. */
export interface Reply { readonly type: string; readonly body: string }

/** A provider: one file, one line in `index.ts`. Pure apart from hashing: it stores, counts, logs and answers nothing. */
export interface SourceAdapter {
  /** URL segment and label value, e.g. `whatsapp`. */
  readonly id: string;
  /** For people: `WhatsApp Cloud API`. */
  readonly title: string;
  /**
   * Secrets by configuration name; `required: false` ones refine. The environment variable is `<ID>_<NAME>` in capitals.
   * A source is on when every required secret is set, or where there are alternatives, one of `needs`.
   */
  readonly secrets: readonly SecretDeclaration[];
  /** Alternative sets of secret names, any complete one of which turns the source on; without it, all required ones. */
  readonly needs?: readonly (readonly string[])[];
  /** Whether the provider retries after 5xx. Where it does not, events are spooled while the store is away. */
  readonly retries: boolean;
  /**
   * A customer waits while the sender waits for our answer (a bot asks before it speaks). Whatever the database does, the answer comes within a
   * second, from the disk if need be. Only where nothing is sent again.
   */
  readonly customerWaits?: true;
  /** Whether the source says when a conversation is resolved; without it episodes close by inactivity. */
  readonly hasResolution: boolean;
  /** What the address to paste needs at its end, `…` for what its owner fills in; not where a secret of the name `unless` is set, which signs instead. */
  readonly pasted?: { readonly query: string; readonly unless?: string };
  /** For the overview; the table on the source's page has the details. */
  readonly feeds: Feeds;
  /** Checks authenticity over the raw bytes in constant time. */
  verify(request: WebhookRequest, secrets: Secrets, context: SourceContext): Verdict;
  /** @throws SyntaxError when the body is not of the provider's format at all (answered 400) */
  parse(request: WebhookRequest, context: SourceContext): Parsed;
  /** The body of 200, for providers that act on what they read there; without it, a word in plain text. */
  reply?(request: WebhookRequest): Reply;
  /** Answer to a subscription handshake (GET); undefined refuses it. */
  handshake?(request: WebhookRequest, secrets: Secrets): string | undefined;
}
