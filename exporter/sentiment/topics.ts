/** What a customer writes about, by rules: words, phrases and patterns per topic. Labels of a help desk go before them. */
import { isBoundary, plainWords } from './plain.ts';

/** The words of one topic. `keywords` are compared folded, without accents; `*` at the end stands for any ending. */
export interface TopicRule {
  readonly topic: string;
  readonly keywords: readonly string[];
  /** Tried on the text as it came, upper or lower case alike. */
  readonly patterns: readonly RegExp[];
}

/** What was found in a text: the topic that won and the rule's words that spoke for each topic, never the writer's own. */
export interface TopicFinding {
  readonly topic?: string;
  readonly matches: readonly { readonly topic: string; readonly rule: string }[];
}

/** Finds the topic of a text. `plain`: its plain words, where they are known already. */
export type FindTopic = (text: string, plain?: string) => TopicFinding;

/** Characters read; a request is in the first lines. */
const LONGEST = 1_000;
/** Anger has a subject, and so has an order: a complaint about a delivery is a delivery. What fits nowhere else comes last. */
const WEAK: Readonly<Record<string, number>> = { order: 0.7, complaint: 0.6, other: 0.5 };
/** A pattern is meant: it counts as much as a phrase of this many words. */
const PATTERN_WEIGHT = 3;

interface Entry { readonly topic: string; readonly rule: string; readonly phrase: string; readonly open: boolean; readonly weight: number }

/** Rules of several languages work together: which language a text is in need not be known. Earlier topics win ties. */
export function createTopics(rules: readonly TopicRule[]): FindTopic {
  const order = [...new Set(rules.map((rule) => rule.topic))];
  const index = new Map<string, Entry[]>();
  for (const entry of rules.flatMap(entriesOf)) {
    const start = entry.phrase.slice(0, INDEXED);
    index.set(start, [...(index.get(start) ?? []), entry]);
  }
  const patterns = rules.flatMap((rule) => rule.patterns.map((pattern) => ({ topic: rule.topic, pattern })));

  // Phrases shorter than the index are few, and most of them Chinese.
  const short = new Set([...index.keys()].filter((start) => start.length < INDEXED).map((start) => start[0]));
  const startingAt = (words: string, at: number): readonly Entry[] => {
    let entries = NONE;
    for (let length = short.has(words[at]) ? 1 : INDEXED; length <= INDEXED && at + length <= words.length; length++) {
      for (const entry of index.get(words.slice(at, at + length)) ?? NONE) if (stands(words, at, entry)) entries = [...entries, entry];
    }
    return entries;
  };

  return (text, plain) => {
    const found = new Map<string, Entry>();
    const start = text.slice(0, LONGEST);
    const words = plain !== undefined && start === text ? plain : plainWords(start);
    const readUntil = new Map<string, number>();
    for (let at = 0; at < words.length; at++) {
      if (words[at] === ' ' || !isBoundary(words, at)) continue;
      const starting = startingAt(words, at);
      if (starting.length === 0) continue;
      const here = starting.filter((entry) => at >= (readUntil.get(entry.topic) ?? 0));
      for (const entry of here.sort((a, b) => a.phrase.length - b.phrase.length)) {
        // The longest phrase of a topic counts and the words inside it do not count again.
        const shorter = here.find((each) => each !== entry && each.topic === entry.topic && each.phrase.length < entry.phrase.length);
        if (shorter) found.delete(`${shorter.topic} ${shorter.phrase}`);
        found.set(`${entry.topic} ${entry.phrase}`, entry);
        readUntil.set(entry.topic, at + entry.phrase.length);
      }
    }
    const matches = [...found.values()];
    for (const { topic, pattern } of patterns) {
      if (pattern.test(start)) matches.push({ topic, rule: `/${pattern.source}/`, phrase: '', open: false, weight: PATTERN_WEIGHT * (WEAK[topic] ?? 1) });
    }
    if (matches.length === 0) return { matches };
    const sums = order.map((topic) => matches.reduce((sum, match) => (match.topic === topic ? sum + match.weight : sum), 0));
    return { topic: order[sums.indexOf(Math.max(...sums))]!, matches: matches.map(({ topic, rule }) => ({ topic, rule })) };
  };
}

const NONE: readonly Entry[] = [];

/** Characters by which entries are found. */
const INDEXED = 3;

function entriesOf({ topic, keywords }: TopicRule): Entry[] {
  return keywords.flatMap((rule) => {
    const phrase = plainWords(rule);
    // A phrase says more than a word; where words are not spaced, its length tells.
    const size = phrase.includes(' ') ? phrase.split(' ').length : /[\u3400-\u9fff]/.test(phrase) ? phrase.length / 2 : 1;
    return phrase === '' ? [] : [{ topic, rule, phrase, open: rule.endsWith('*'), weight: size * (WEAK[topic] ?? 1) }];
  });
}

const stands = (words: string, at: number, { phrase, open }: Entry): boolean =>
  words.startsWith(phrase, at) && (open || isBoundary(words, at + phrase.length));
