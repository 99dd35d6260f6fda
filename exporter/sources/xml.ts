/** Reading XML that strangers sent: elements, attributes and text. No document types, so no entities but the five of XML, and nothing is fetched. */

/** An element; names are without their namespace prefix. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** Its own text, entities resolved, trimmed. */
  readonly text: string;
}

interface Open { readonly tag: string; readonly name: string; readonly attributes: Record<string, string>; readonly children: Element[]; text: string }

/** Deeper documents are attacks. */
const DEEPEST = 50;
/** One piece of a document: instruction, comment, character data, tag, or text. */
const PIECE = /<\?[^]*?\?>|<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<(\/?)([\p{L}_][\p{L}\p{N}_.:-]*)((?:[^<>"']|"[^"<]*"|'[^'<]*')*)>|([^<]+)/uy;
const ATTRIBUTE = /([\p{L}_][\p{L}\p{N}_.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/gu;

/** The root element. @throws SyntaxError when the text is no well-formed document, or has a document type */
export function parseXml(text: string): Element {
  const root: Open = { tag: '', name: '', attributes: {}, children: [], text: '' };
  const stack: Open[] = [root];
  PIECE.lastIndex = 0;
  const source = text.replace(/^\ufeff/, '');
  while (PIECE.lastIndex < source.length) {
    const piece = PIECE.exec(source);
    if (!piece) throw new SyntaxError('the body is not XML');
    read(stack, piece);
  }
  const [document] = root.children;
  if (stack.length !== 1 || root.children.length !== 1 || root.text.trim() !== '' || !document) throw new SyntaxError('the body is not one XML document');
  return document;
}

function read(stack: Open[], [, cdata, slash, tag, rest = '', text]: RegExpExecArray): void {
  const top = stack.at(-1)!; // the root is never popped
  if (cdata !== undefined) top.text += cdata;
  else if (text !== undefined) top.text += resolved(text);
  else if (tag === undefined) return; // an instruction or a comment
  else if (slash === '/') {
    if (top.tag !== tag || stack.length === 1) throw new SyntaxError('an XML element ends that did not begin');
    stack.pop();
    close(stack.at(-1)!, top);
  } else {
    const open: Open = { tag, name: localName(tag), attributes: attributesOf(rest), children: [], text: '' };
    if (rest.endsWith('/')) close(top, open);
    else if (stack.push(open) > DEEPEST) throw new SyntaxError('the XML is nested too deeply');
  }
}

const close = (parent: Open, { name, attributes, children, text }: Open): void => void parent.children.push({ name, attributes, children, text: text.trim() });

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = Object.create(null) as Record<string, string>; // no prototype: an attribute may have any name
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE)) found[localName(name)] = resolved(double ?? single ?? '');
  return found;
}

const localName = (tag: string): string => tag.slice(tag.indexOf(':') + 1);

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function resolved(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    const code = decimal !== undefined ? Number(decimal) : parseInt(hex ?? '', 16);
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : '';
  });
}
