import type { Role } from './lexicon.ts';
import { CLAUSE, QUESTION } from './tokens.ts';

/** Words between a negator and what it negates, at most, plus one. */
const REACH_BEFORE = 3;
const REACH_AFTER = 2;
/** Tokens on either side of an entry that may change what it counts, at most. */
export const REACH = Math.max(REACH_BEFORE, REACH_AFTER);
/** "Not good" is bad, but less so than "bad". */
const NEGATED = -0.5;
const MORE = 1.3;
/** Words of a language the message is not in may mean something else there. */
const FOREIGN = 0.7;

/** What is known of tokens. */
export interface Vocabulary {
  readonly weights: ReadonlyMap<string, number>;
  readonly roles: ReadonlyMap<string, Role>;
}

/** What surrounds an entry changes what it counts: negation on both sides, intensity, a foreign language. */
export function weightInContext(tokens: readonly string[], at: number, weight: number, vocabulary: Vocabulary): number {
  const { roles } = vocabulary;
  const own = roles.get(tokens[at]!);
  if (own !== undefined && own !== 'more' && negatesSomething(tokens, at, own, vocabulary)) return 0;
  let factor = 1;
  for (let back = 1; back <= REACH_BEFORE; back++) {
    const token = tokens[at - back];
    if (token === undefined || ends(token)) break;
    const other = roles.get(token);
    if (other === 'before' || other === 'both') {
      factor *= NEGATED;
      break;
    }
    if (other === 'more' && back <= 2) factor *= MORE;
  }
  for (let ahead = 1; ahead <= REACH_AFTER && factor > 0; ahead++) {
    const token = tokens[at + ahead];
    if (token === undefined || ends(token)) break;
    const other = roles.get(token);
    if (other === 'after' || other === 'both') factor *= NEGATED;
  }
  return weight * factor * foreign(tokens, at);
}

/** A negator with a weight of its own ("nothing …") does not count twice. */
function negatesSomething(tokens: readonly string[], at: number, own: Role, { weights, roles }: Vocabulary): boolean {
  const steps = [...(own === 'after' ? [] : [1, 2, 3]), ...(own === 'before' ? [] : [-1, -2])];
  let open = true;
  for (const step of steps) {
    if (step === 1 || step === -1) open = true;
    const token = tokens[at + step];
    if (token === undefined || ends(token)) open = false;
    else if (open && weights.has(token) && !roles.has(token)) return true;
  }
  return false;
}

const ends = (token: string): boolean => token === CLAUSE || token === QUESTION;

function foreign(tokens: readonly string[], at: number): number {
  const language = tokens[0]!;
  const token = tokens[at]!;
  return language === '|' || token.startsWith('e|') || !token.includes('|') || token.startsWith(language) ? 1 : FOREIGN;
}
