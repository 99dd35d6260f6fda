/** Bodies are JSON, forms or XML; tests take them apart and put them together again without minding which. */

const isJson = (body: string): boolean => /^\s*[[{]/.test(body);

const isXml = (body: string): boolean => /^\s*</.test(body);

/** Numbers that a double cannot hold stay what they were, as texts. */
const wholeNumbers = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
  (typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '') ? context?.source : value);

/** The tree of a body; a form is an object of texts, XML one text. @throws SyntaxError when it begins like JSON and is none */
export const decoded = (body: string): unknown => (isXml(body) ? { xml: body } : isJson(body) ? JSON.parse(body, wholeNumbers) : Object.fromEntries(new URLSearchParams(body)));

/** The tree in the form of `like`. */
export function encoded(tree: unknown, like: string): string {
  if (isXml(like)) return typeof tree === 'object' && tree !== null && 'xml' in tree && typeof tree.xml === 'string' ? tree.xml : JSON.stringify(tree);
  if (isJson(like) || typeof tree !== 'object' || tree === null) return JSON.stringify(tree);
  return new URLSearchParams(Object.entries(tree).map(([name, value]): [string, string] => [name, typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value) ?? ''])).toString();
}

/** The body with every value of that name replaced. */
export function renamed(body: string, word: string, value: string): string {
  if (isJson(body)) return JSON.stringify(JSON.parse(body, (key, given: unknown) => (key.toLowerCase() === word ? value : given)));
  if (isXml(body)) return body.replace(new RegExp(`(<(?:\\w+:)?${word}>)[^<]*`, 'gi'), `$1${value}`);
  return new URLSearchParams([...new URLSearchParams(body)].map(([key, given]): [string, string] => [key, key.toLowerCase() === word ? value : given])).toString();
}

/** Where half of it is not of the format any more. */
export const breaksWhenCut = (body: string): boolean => isJson(body) || isXml(body);
