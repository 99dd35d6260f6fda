#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { didYouMean } from './config/closest.ts';
import { ConfigError } from './config/problem.ts';

/** Where a command writes: results to `out`, everything else to `err`. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

interface Invocation extends Output {
  /** `--json`: results for machines. */
  readonly json: boolean;
  /** What follows the command. */
  readonly args: readonly string[];
  /** `--url`: where the demo posts to, instead of starting an exporter of its own. */
  readonly url?: string | undefined;
  /** `--from`, `--to`, `--step`: the range of an export. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly step?: string | undefined;
  /** `--inbox`: where imported events belong whose export does not say. */
  readonly inbox?: string | undefined;
  /** `--contact`, `--message`, `--campaign`, `--label`: whom a tracked link is for, and what its clicks are called. */
  readonly contact?: string | undefined;
  readonly message?: string | undefined;
  readonly campaign?: string | undefined;
  readonly label?: string | undefined;
  /** `--header 'Name: value'`, any number: what a platform would send around a body. */
  readonly header?: readonly string[] | undefined;
}

/** One command. `args` names what it needs, for the help text; `run` gives the exit code. */
interface Command {
  readonly name: string;
  readonly args: readonly string[];
  /** Words it takes at most, where that is more than `args` has. */
  readonly most?: number;
  readonly summary: string;
  /** What only this command understands: the option as it is written, and what it says. */
  readonly options?: readonly (readonly [words: string, help: string])[];
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** Modules are loaded by the command that needs them: `check` must work where nothing else does. */
const COMMANDS: readonly Command[] = [
  { name: 'start', args: [], summary: 'run the service; the demo when nothing is configured', run: async ({ json }) => (await import('./start.ts')).runStart({ json }) },
  { name: 'demo', args: [], summary: 'run the demo beside whatever is configured', options: [['--url URL', 'only post to the exporter there']], run: async ({ json, url }) => (await import('./start.ts')).runDemo({ json, url }) },
  { name: 'check', args: [], summary: 'try the configuration, database, sources and endpoints, and say what to fix',
    run: async (invocation) => (await import('./run-check.ts')).runCheck(invocation) },
  { name: 'import', args: ['FILE | chatwoot | zendesk EXPORT | intercom EXPORT'], most: 2, summary: 'take in history: canonical events as NDJSON or CSV, or straight from a help desk; no counter moves',
    options: [['--inbox ID', 'import intercom: the id of the workspace']],
    run: async ({ args: [what = '-', file], inbox, json, out, err }) => (await import('./run-import.ts')).runImport({ what, file, inbox, json, out, err }) },
  { name: 'erase', args: ['CONTACT'], summary: 'make a customer nobody: facts stay, nothing leads back; lists the traces to delete',
    run: async ({ args: [contact = ''], json, out, err }) => (await import('./run-erase.ts')).runErase({ contact, json, out, err }) },
  { name: 'trace', args: ['CONVERSATION'], summary: 'print the timeline of a conversation\'s episodes as a tree with bars; --json gives OTLP JSON',
    run: async ({ args: [conversation = ''], json, out, err }) => (await import('./run-trace.ts')).runTrace({ conversation, json, out, err }) },
  { name: 'rebuild', args: [], summary: 'compute all facts and figures anew from the events, and say what changed',
    run: async ({ json, out, err }) => (await import('./run-rebuild.ts')).runRebuild({ json, out, err }) },
  { name: 'export-metrics', args: [], summary: 'print the metrics of stored history as OpenMetrics, for promtool tsdb create-blocks-from',
    options: [['--from, --to TIME', 'the range'], ['--step 1m', 'how far apart samples are']],
    run: async ({ from, to, step, out, err }) => (await import('./run-export.ts')).runExport({ from, to, step, out, err }) },
  { name: 'review', args: ['AGENT'], summary: 'print the newest sample of episodes of an agent (or all) for review, with texts where they are kept',
    run: async ({ args: [agent = 'all'], json, out, err }) => (await import('./run-review.ts')).runReview({ agent, json, out, err }) },
  { name: 'topics', args: ['try', 'FILE'], summary: 'show which topic rules catch the messages of a file, one per line as text or JSON {text}',
    run: async ({ args: [what = '', file = '-'], json, out, err }) => (await import('./run-topics.ts')).runTopics({ what, file, json, out, err }) },
  { name: 'sources', args: ['try', 'MAPPING', 'PAYLOAD'], summary: 'show the events that a mapping file makes of a recorded webhook body, and what is missing',
    options: [['--header \'Name: value\'', 'a header of the request, as often as needed']],
    run: async ({ args: [what = '', mapping = '', payload = '-'], header = [], json, out, err }) => (await import('./run-sources.ts')).runSources({ what, mapping, payload, headers: header, json, out, err }) },
  { name: 'link', args: ['TARGET'], summary: 'print a tracked link to a configured name or an address, for a campaign and a contact',
    options: [['--contact SOURCE:ID', 'whom it is for; - reads one per line of stdin'], ['--message SOURCE:ID', 'the message it stands in'], ['--campaign NAME', 'what its clicks belong to'], ['--label NAME', 'what its clicks are called']],
    run: async ({ args: [target = ''], contact, message, campaign, label, out, err }) => (await import('./run-link.ts')).runLink({ target, contact, message, campaign, label, input: process.stdin, out, err }) },
  { name: 'kpi', args: ['FILE'], summary: 'compute the figures of example events on a throw-away database',
    run: async ({ args: [file = '-'], out, err }) => (await import('./kpi/command.ts')).runKpi({ file, out, err }) },
  { name: 'sentiment', args: [], summary: 'score messages, one {"text"} per line on stdin',
    run: async ({ out, err }) => (await import('./sentiment/command.ts')).runSentiment({ input: process.stdin.setEncoding('utf8'), out, err }) },
];

const UNUSABLE = 2;

/** Runs one command line (without node and script). @returns the exit code: 0 good, 1 failed, 2 not understood */
export async function runCli(argv: readonly string[], { out, err }: Output): Promise<number> {
  const parsed = parse(argv);
  if ('mistake' in parsed) {
    err(`${parsed.mistake}\n\n${help()}`);
    return UNUSABLE;
  }
  const { values, positionals: [name, ...args] } = parsed;
  const command = COMMANDS.find((each) => each.name === name);
  if (values.help || name === undefined) {
    (values.help ? out : err)(command ? helpOf(command) : help());
    return values.help ? 0 : UNUSABLE;
  }
  if (command === undefined) {
    err(`replywatch has no such command${didYouMean(name, COMMANDS.map((each) => each.name))}\n\n${help()}`);
    return UNUSABLE;
  }
  if (args.length < command.args.length || args.length > (command.most ?? command.args.length)) {
    err(`usage: replywatch ${[command.name, ...command.args].join(' ')}\n`);
    return UNUSABLE;
  }
  try {
    return await command.run({ ...values, args, out, err });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (values.json) out(`${JSON.stringify({ ok: false, problems: error.problems })}\n`);
    else err(`${error.message}\n\n\`replywatch check\` looks at the rest as well.\n`);
    return 1;
  }
}

/** The options of every command. */
const EVERYWHERE: NonNullable<Command['options']> = [['--json', 'print results for machines'], ['-h, --help', 'print this; after a command, its options']];

const optionLines = (options: NonNullable<Command['options']>): string => options.map(([words, text]) => `  ${words.padEnd(22)}  ${text}`).join('\n');

function helpOf({ name, args, summary, options = [] }: Command): string {
  return `usage: replywatch ${[name, ...args].join(' ')}\n\n${summary}\n\n${optionLines([...options, ...EVERYWHERE])}\n\nMore: docs/commands.md.\n`;
}

function help(): string {
  const usage = COMMANDS.map((command) => [[command.name, ...command.args].join(' '), command.summary] as const);
  const width = Math.max(...usage.map(([words]) => words.length));
  return `usage: replywatch COMMAND [--json]\n\n${usage.map(([words, summary]) => `  ${words.padEnd(width)}  ${summary}`).join('\n')}\n
${optionLines(EVERYWHERE)}

Configuration comes from the environment, .env and replywatch.yml: docs/configuration.md.\n`;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: { json: { type: 'boolean', default: false }, url: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' }, step: { type: 'string' }, header: { type: 'string', multiple: true }, inbox: { type: 'string' },
      contact: { type: 'string' }, message: { type: 'string' }, campaign: { type: 'string' }, label: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } } });
  } catch (error) {
    // parseArgs throws for unknown options; its first sentence names the option.
    return { mistake: error instanceof Error ? (error.message.split('. ')[0] ?? '') : '' };
  }
}

if (import.meta.main) {
  process.exitCode = await runCli(process.argv.slice(2), { out: (text) => process.stdout.write(text), err: (text) => process.stderr.write(text) });
}
