/** Everything that is read in one message of a customer, before its text is dropped. */
import type { Channel, Content, Rating, Sentiment } from '../core/event.ts';
import { needsReply } from './needs-reply.ts';
import { isOptOut } from './opt-out.ts';
import { isAscii, normalise } from './normalise.ts';
import { plainOf, plainWords } from './plain.ts';
import { ratingIn, ratingOnButton } from './rating.ts';
import { LONGEST_TEXT, scoreOf } from './score.ts';
import { UNDETERMINED } from './language.ts';
import type { FindTopic } from './topics.ts';

/** What was found; absent means that the text says nothing about it. */
export type Reading = {
  readonly language?: string;
  readonly sentiment?: Sentiment;
  /** −1 worst to 1 best. */
  readonly sentimentScore?: number;
  readonly topic?: string;
  /** Only ever false: whoever may be waiting is waiting. */
  readonly needsReply?: false;
  readonly optOut?: true;
  readonly rating?: Rating;
};

/** What a message is read with. */
export interface ReaderOptions {
  readonly topics: FindTopic;
  /** Scores by the title of a button, of all surveys together. */
  readonly buttons: Readonly<Record<string, number>>;
}

/** Reads one message. */
export type Reader = (text: string, about: { readonly content: Content; readonly channel: Channel }) => Reading;

/** Prepares the titles of buttons once. */
export function createReader({ topics, buttons }: ReaderOptions): Reader {
  const scores = new Map(Object.entries(buttons).map(([title, value]) => [plainWords(title), value]));
  return (text, { content, channel }) => {
    // All that is read below begins with one of these two forms, and making them costs as much as reading them.
    const normalised = normalise(text.slice(0, LONGEST_TEXT));
    const plain = text.length > LONGEST_TEXT ? undefined : plainOf(normalised);
    const isTapped = content === 'button' || content === 'list';
    const rating = isTapped ? tapped(scores, text) : ratingIn(text, plain);
    const { label, score, language } = scoreOf(normalised);
    const { topic } = topics(text, plain);
    const reading: Writable<Reading> = {};
    if (language !== UNDETERMINED) reading.language = language;
    if (topic !== undefined) reading.topic = topic;
    // A tapped "OK" goes on in a menu; only what was written can be a farewell.
    if (content === 'text' && !needsReply(text, plain)) reading.needsReply = false;
    if (isOptOut(text, channel, plain)) reading.optOut = true;
    if (label) {
      reading.sentiment = label;
      reading.sentimentScore = score;
    }
    if (rating) reading.rating = rating;
    return reading;
  };
}

type Writable<T> = { -readonly [key in keyof T]: T[key] };

function tapped(scores: ReadonlyMap<string, number>, title: string): Rating | undefined {
  const value = scores.get(plainWords(title));
  return value === undefined ? ratingOnButton(title) : { value };
}

const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}{2}/gu;

/** How an agent writes: characters and emoji. */
export function styleOf(text: string): { readonly length: number; readonly emoji: number } {
  return isAscii(text) ? { length: text.length, emoji: 0 } : { length: [...text].length, emoji: text.match(EMOJI)?.length ?? 0 };
}
