/** The command `topics try`: what the rules in force catch in a file of messages. It shows rules and line numbers, never a text. */
import { loadConfig, processEnvironment } from './config.ts';
import { readFailure } from './config/problem.ts';
import { openInput, type Input } from './history/lines.ts';
import { createTopics, type TopicFinding } from './sentiment/topics.ts';
import { SOURCES } from './sources/index.ts';
import { topicRules } from './texts.ts';

interface TopicsCommand {
  readonly what: string;
  /** A path, or `-` for stdin: one message per line, as text or as JSON with `text` and perhaps `topic`, the right one. */
  readonly file: string;
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const NOTHING = 'unknown';

/** @returns 0, or 2 when the file cannot be read. @throws ConfigError when the configuration is wrong */
export async function runTopics({ what, file, json, out, err }: TopicsCommand): Promise<number> {
  if (what !== 'try') {
    err('usage: replywatch topics try FILE\n');
    return 2;
  }
  const find = createTopics(topicRules(loadConfig({ env: processEnvironment(), sources: SOURCES })));
  const tally = createTally();
  try {
    await eachMessage(await openInput(file), (line, text, wanted) => {
      const finding = find(text);
      tally.add(finding, wanted);
      const rules = [...new Set(finding.matches.map((match) => `${match.topic}: ${match.rule}`))];
      if (json) out(`${JSON.stringify({ line, topic: finding.topic ?? null, rules, ...(wanted !== undefined && { wanted }) })}\n`);
      else out(`${String(line).padStart(6)}  ${(finding.topic ?? NOTHING).padEnd(18)} ${rules.join(', ')}${wanted !== undefined && wanted !== (finding.topic ?? NOTHING) ? `  (should be ${wanted})` : ''}\n`);
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    err(`${file} cannot be read: ${readFailure(error)}\n`);
    return 2;
  }
  (json ? err : out)(tally.summary());
  return 0;
}

async function eachMessage(input: Input, take: (line: number, text: string, wanted: string | undefined) => void): Promise<void> {
  for await (const { number, bytes } of input.lines()) {
    const line = bytes?.toString('utf8').trim() ?? '';
    if (line === '') continue;
    const item = line.startsWith('{') ? parsed(line) : undefined;
    take(number, item?.text ?? line, item?.topic);
  }
}

/** Undefined for a message that only looks like JSON. */
function parsed(line: string): { readonly text: string; readonly topic?: string } | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('text' in value) || typeof value.text !== 'string') return undefined;
    return { text: value.text, ...('topic' in value && typeof value.topic === 'string' && { topic: value.topic }) };
  } catch {
    return undefined;
  }
}

function createTally() {
  const topics = new Map<string, number>();
  let [all, judged, right] = [0, 0, 0];
  return {
    add({ topic = NOTHING }: TopicFinding, wanted: string | undefined): void {
      all += 1;
      topics.set(topic, (topics.get(topic) ?? 0) + 1);
      if (wanted === undefined) return;
      judged += 1;
      if (wanted === topic) right += 1;
    },
    summary(): string {
      const lines = [...topics].sort((a, b) => b[1] - a[1]).map(([topic, count]) => `  ${topic.padEnd(18)} ${String(count).padStart(6)}  ${percent(count, all)}`);
      return `\n${all} messages\n${lines.join('\n')}\n${judged === 0 ? '' : `right: ${right} of ${judged} (${percent(right, judged)})\n`}`;
    },
  };
}

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / Math.max(1, whole))} %`;
