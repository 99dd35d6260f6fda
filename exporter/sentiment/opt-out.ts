import type { Channel } from '../core/event.ts';
import { PHRASES } from './phrases.ts';
import { plainWords } from './plain.ts';

const WORDS = new Set(Object.values(PHRASES).flatMap((file) => file.optOut.map(plainWords)));

/** Carriers take these for a withdrawal; in a chat they may mean an order or a talk. */
const BY_SMS = new Set(['cancel', 'end', 'quit', 'arret', 'revoke']);

/** Whether the whole message asks for no more messages, in any language. `plain`: its plain words, where they are known already. */
export function isOptOut(text: string, channel: Channel, plain?: string): boolean {
  if (text.length > 80) return false;
  const words = plain ?? plainWords(text);
  return WORDS.has(words) || (channel === 'sms' && BY_SMS.has(words));
}
