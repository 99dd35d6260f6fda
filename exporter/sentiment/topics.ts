/** What a customer writes about, by rules: words, phrases and patterns per topic. Labels of a help desk go before them. */
import { createBeginnings, INDEXED } from './beginnings.ts';
import { isBoundary, nextStart, plainWords } from './plain.ts';

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
  const startingAt = createIndex(rules.flatMap(entriesOf));
  const patterns = rules.flatMap((rule) => rule.patterns.map((pattern) => ({ topic: rule.topic, pattern })));

  return (text, plain) => {
    const start = text.slice(0, LONGEST);
    const matches: Pick<Entry, 'topic' | 'rule' | 'weight'>[] = phrasesIn(plain !== undefined && start === text ? plain : plainWords(start), startingAt);
    for (const { topic, pattern } of patterns) {
      if (pattern.test(start)) matches.push({ topic, rule: `/${pattern.source}/`, weight: PATTERN_WEIGHT * (WEAK[topic] ?? 1) });
    }
    if (matches.length === 0) return { matches };
    return { topic: heaviest(matches, order), matches: matches.map(({ topic, rule }) => ({ topic, rule })) };
  };
}

/** Each phrase once. The longest of a topic counts and the words inside it do not count again. */
function phrasesIn(words: string, startingAt: StartingAt): Entry[] {
  const found: Entry[] = [];
  const readUntil = new Map<string, number>();
  for (let at = nextStart(words, 0); at < words.length; at = nextStart(words, at + 1)) {
    const starting = startingAt(words, at);
    if (starting.length === 0) continue;
    const here = starting.filter((entry) => at >= (readUntil.get(entry.topic) ?? 0));
    for (const entry of here) {
      const shorter = here.find((each) => each !== entry && each.topic === entry.topic && each.phrase.length < entry.phrase.length);
      const inside = shorter ? placeOf(found, shorter) : -1;
      if (inside >= 0) found.splice(inside, 1);
      const known = placeOf(found, entry);
      if (known >= 0) found[known] = entry;
      else found.push(entry);
      readUntil.set(entry.topic, at + entry.phrase.length);
    }
  }
  return found;
}

const placeOf = (found: readonly Entry[], { topic, phrase }: Entry): number => found.findIndex((each) => each.topic === topic && each.phrase === phrase);

/** The topic that most speaks for; earlier ones win ties. */
function heaviest(matches: readonly Pick<Entry, 'topic' | 'weight'>[], order: readonly string[]): string {
  let best = '';
  let most = -1;
  for (const topic of order) {
    let sum = 0;
    for (const match of matches) if (match.topic === topic) sum += match.weight;
    if (sum <= most) continue;
    best = topic;
    most = sum;
  }
  return best;
}

type StartingAt = (words: string, at: number) => readonly Entry[];

const NONE: readonly Entry[] = [];

/** Finds the entries that stand at a place of plain words, shortest first. */
function createIndex(entries: readonly Entry[]): StartingAt {
  const beginnings = createBeginnings(Map.groupBy(entries.toSorted((a, b) => a.phrase.length - b.phrase.length), ({ phrase }) => phrase.slice(0, INDEXED)));
  return (words, at) => {
    const alike = beginnings(words, at);
    if (alike.length === 0) return NONE;
    const standing: Entry[] = [];
    for (const entries of alike) for (const entry of entries) if (stands(words, at, entry)) standing.push(entry);
    return standing;
  };
}

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
