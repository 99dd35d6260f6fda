import { scoreText } from './score.ts';

interface Streams {
  readonly input: AsyncIterable<string>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Bad lines named one by one, at most; then only counted. */
const MOST_COMPLAINTS = 5;

/** `replywatch sentiment`: one JSON object with a `text` per line in, one score per line out. @returns the exit code; 2 when a line was no such object */
export async function runSentiment({ input, out, err }: Streams): Promise<number> {
  let bad = 0;
  let number = 0;
  for await (const line of linesOf(input)) {
    number++;
    if (line.trim() === '') continue;
    const text = textOf(line);
    if (text === undefined) {
      if (++bad <= MOST_COMPLAINTS) err(`line ${number}: want {"text": "…"}\n`);
      out(`${JSON.stringify({ error: 'unreadable' })}\n`);
      continue;
    }
    const { label = null, score, language, evidence } = scoreText(text);
    out(`${JSON.stringify({ label, score, language, evidence })}\n`);
  }
  if (bad > MOST_COMPLAINTS) err(`${bad} lines could not be read\n`);
  return bad > 0 ? 2 : 0;
}

async function* linesOf(input: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of input) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function textOf(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string' ? value.text : undefined;
  } catch {
    return undefined; // not JSON: the caller names the line
  }
}
