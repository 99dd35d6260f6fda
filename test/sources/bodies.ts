/** Bodies made of recorded ones: with numbers larger than they should be, and with the items of several. */
import { decoded, encoded } from './codec.ts';

/** Stands for a number that a double cannot hold, until the tree is text. */
const PLACE = '(number)';

/** Where numbers stand in a body, each with the body that has another number there; none for forms and XML. */
export function numbersIn(body: string): readonly { readonly name: string; readonly value: number; readonly put: (digits: string) => string }[] {
  const spots: { name: string; value: number; put: (digits: string) => string }[] = [];
  if (!/^\s*[[{]/.test(body)) return spots;
  const tree = decoded(body);
  const visit = (holder: Record<string, unknown>): void => {
    for (const [name, value] of Object.entries(holder)) {
      // Arrays are written to by index, like objects by key.
      if (typeof value === 'object' && value !== null) visit(value as Record<string, unknown>);
      if (typeof value !== 'number') continue;
      spots.push({ name, value, put: (digits) => {
        holder[name] = PLACE;
        const text = encoded(tree, body);
        holder[name] = value;
        return text.replace(`"${PLACE}"`, digits);
      } });
    }
  };
  visit(tree as Record<string, unknown>);
  return spots;
}

/** One body with the items of both, and what is no item between them; undefined where they are no lists, or about different accounts. */
export function joined(first: string, second: string, list: string): string | undefined {
  const [a, b] = [first, second].map((body) => (/^\s*[[{]/.test(body) ? decoded(body) : undefined));
  if (Array.isArray(a) && Array.isArray(b)) return list === '' ? JSON.stringify([...a, {}, ...b]) : undefined;
  const [mine, theirs] = [a, b] as readonly Readonly<Record<string, unknown>>[]; // what is neither has no such field
  const [own, other] = [mine?.[list], theirs?.[list]];
  if (!Array.isArray(own) || !Array.isArray(other) || JSON.stringify({ ...mine, [list]: 0 }) !== JSON.stringify({ ...theirs, [list]: 0 })) return undefined;
  return JSON.stringify({ ...mine, [list]: [...own, {}, ...other] });
}
