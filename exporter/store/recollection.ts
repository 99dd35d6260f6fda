/**
 * What this process saved or read last of the conversations that are talked in now, so that a batch need not be read for first. Never more than a
 * guess: the version on the row decides, and nothing is lost with it.
 */
import type { KnownMessage } from '../core/receipts.ts';
import type { ConversationState } from '../core/state.ts';
import type { Stored } from './batch.ts';

/** Conversations kept, about 2.5 kB each: those in which something happens within minutes. */
const CONVERSATIONS = 4_000;
/** Messages of each of which receipts are kept; receipts come for the newest. */
const MESSAGES = 8;

/** What the log has of messages by pseudonym; null: nothing. */
export type Messages = Iterable<readonly [string, KnownMessage | null]>;

interface Kept { readonly version: number; readonly state: string; readonly messages: Map<string, KnownMessage | null> }

/** The conversations of this process's latest transactions, those on their way included. */
export interface Recollection {
  /** A copy: the caller may change it. Null: there is none of that id yet. Undefined: nothing is remembered. */
  conversation(id: string): Stored | null | undefined;
  /** What is known of a message of that conversation, a copy; null and undefined as above. */
  message(conversation: string, id: string): KnownMessage | null | undefined;
  has(id: string): boolean;
  /** As it is saved now, with messages met on the way. Version 0: there is none. */
  keep(id: string, saved: { readonly previous: number; readonly version: number; readonly state: string }, messages: Messages): void;
  /** Messages of a conversation as they were read; without effect when it is not remembered. */
  learn(conversation: string, messages: Messages): void;
  /** It was not saved, or somebody else has: read it again. */
  forget(id: string): void;
}

/** Empty at first; the least recently saved go when it is full. */
export function createRecollection(): Recollection {
  const conversations = new Map<string, Kept>();
  return {
    has: (id) => conversations.has(id),
    conversation(id) {
      const kept = conversations.get(id);
      if (!kept) return undefined;
      return kept.version === 0 ? null : { id, version: kept.version, state: JSON.parse(kept.state) as ConversationState }; // written by `keep`
    },
    message(conversation, id) {
      const known = conversations.get(conversation)?.messages.get(id);
      return known && { ...known };
    },
    keep(id, { previous, version, state }, messages) {
      const before = conversations.get(id);
      conversations.delete(id);
      // Messages of another version may have had receipts in between.
      const known = before?.version === previous ? before.messages : new Map<string, KnownMessage | null>();
      note(known, messages);
      conversations.set(id, { version, state, messages: known });
      if (conversations.size <= CONVERSATIONS) return;
      for (const oldest of conversations.keys()) { conversations.delete(oldest); break; }
    },
    learn(conversation, messages) {
      const kept = conversations.get(conversation);
      if (kept) note(kept.messages, messages);
    },
    forget: (id) => void conversations.delete(id),
  };
}

/** The newest at the end; the oldest go. */
function note(known: Map<string, KnownMessage | null>, messages: Messages): void {
  for (const [id, about] of messages) {
    known.delete(id);
    known.set(id, about && { ...about });
  }
  for (const id of known.keys()) {
    if (known.size <= MESSAGES) break;
    known.delete(id);
  }
}
