/** `npm run eval:sentiment -- DIR [MODULE]`: scores every `*.tsv` of a folder (header, then label, source, text) and prints a table for `docs/sentiment.md`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { scoreText } from '../exporter/sentiment/score.ts';

const LABELS = ['negative', 'neutral', 'positive'] as const;
type Label = (typeof LABELS)[number];
/** Gets the text and, for scorers that cannot tell it themselves, the language the file is named after. */
type Scorer = (text: string, language: string) => string;

interface Row { readonly label: string; readonly source: string; readonly text: string }
interface Quality { readonly macroF1: number; readonly negativeRecall: number; readonly unsure: number }

/** Passes over the data; the fastest of each message counts, because the scheduler and the collector are not the scorer. */
const PASSES = 3;

const [folder, module] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: npm run eval:sentiment -- DIR [MODULE that exports score(text, language)]\n');
  process.exitCode = 2;
} else {
  const score: Scorer = module === undefined ? (text) => scoreText(text).label ?? 'none' : ((await import(pathToFileURL(resolve(module)).href)) as { score: Scorer }).score; // as the usage says
  evaluate(folder, score);
}

function evaluate(from: string, score: Scorer): void {
  const micros: number[] = [];
  const sets: Quality[] = [];
  process.stdout.write('| set | rows | macro-F1 | negative recall | no evidence |\n|---|---:|---:|---:|---:|\n');
  for (const name of readdirSync(from).filter((file) => file.endsWith('.tsv')).sort()) {
    const rows = read(join(from, name));
    const quality = qualityOf(rows, rows.map(({ text, source }) => timed(micros, () => score(text, languageOf(name, source)))));
    if (!name.startsWith('support-multi')) sets.push(quality);
    print(name.replace('.tsv', ''), rows.length, quality);
  }
  print('**mean without support-multi**', '', {
    macroF1: mean(sets.map(({ macroF1 }) => macroF1)), negativeRecall: mean(sets.map(({ negativeRecall }) => negativeRecall)), unsure: mean(sets.map(({ unsure }) => unsure)),
  });
  micros.sort((a, b) => a - b);
  const at = (share: number): string => (micros[Math.floor((micros.length - 1) * share)] ?? 0).toFixed(1);
  process.stdout.write(`\nµs per message: median ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}\n`);
}

function read(file: string): readonly Row[] {
  return readFileSync(file, 'utf8').trim().split('\n').slice(1).map((line) => {
    const [label = '', source = '', text = ''] = line.split('\t');
    return { label, source, text };
  });
}

/** `hi-en.tsv` is Hindi; where a file holds many languages the source ends in one (`authored-de`). */
function languageOf(file: string, source: string): string {
  return (file.startsWith('support-multi') ? source.split('-').at(-1) : file.slice(0, 2)) ?? 'en';
}

/** Mean over the classes that occur of 2·TP / (2·TP + FP + FN); no evidence counts as neutral. */
function qualityOf(rows: readonly Row[], answers: readonly string[]): Quality {
  const counts = new Map<string, number>();
  for (const [i, { label }] of rows.entries()) {
    const key = `${label}>${answers[i] === 'none' ? 'neutral' : answers[i]}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const count = (truth: Label, answer: Label): number => counts.get(`${truth}>${answer}`) ?? 0;
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const occurring = LABELS.filter((truth) => sum(LABELS.map((answer) => count(truth, answer))) > 0);
  const f1 = (label: Label): number => {
    const right = count(label, label);
    return (2 * right) / (sum(LABELS.map((answer) => count(label, answer))) + sum(LABELS.map((truth) => count(truth, label))) || 1);
  };
  return {
    macroF1: mean(occurring.map(f1)), negativeRecall: count('negative', 'negative') / (sum(LABELS.map((answer) => count('negative', answer))) || 1),
    unsure: answers.filter((answer) => answer === 'none').length / (rows.length || 1),
  };
}

function timed(micros: number[], run: () => string): string {
  let answer = '';
  let best = Infinity;
  for (let pass = 0; pass < PASSES; pass++) {
    const started = performance.now();
    answer = run();
    best = Math.min(best, (performance.now() - started) * 1000);
  }
  micros.push(best);
  return answer;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0) / (numbers.length || 1);
}

function print(name: string, rows: number | '', { macroF1, negativeRecall, unsure }: Quality): void {
  const percent = (ratio: number): string => (ratio * 100).toFixed(1);
  process.stdout.write(`| ${name} | ${rows} | ${percent(macroF1)} | ${percent(negativeRecall)} | ${percent(unsure)} |\n`);
}
