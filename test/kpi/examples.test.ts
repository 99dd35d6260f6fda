import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Expected { readonly name: string; readonly expected: Readonly<Record<string, unknown>> }

const EXAMPLES = fileURLToPath(new URL('./examples/', import.meta.url));
const CLI = fileURLToPath(new URL('../../exporter/cli.ts', import.meta.url));
const files = readdirSync(EXAMPLES).filter((file) => file.endsWith('.json')).map((file) => ({ file, examples: JSON.parse(readFileSync(EXAMPLES + file, 'utf8')) as Expected[] }));

/** Of these only what is expected is compared: they have a row per agent or campaign with more columns than an example looks at. */
const TABLES = new Set(['agents', 'campaigns']);

describe('`replywatch kpi` on the worked examples', () => {
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-examples-'));
  let figures: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  beforeAll(async () => {
    const path = join(directory, 'examples.json');
    writeFileSync(path, JSON.stringify(files.flatMap(({ examples }) => examples.map(({ expected: _, ...example }) => example))));
    const ran = await new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const child = execFile(process.execPath, [CLI, 'kpi', path], { maxBuffer: 1e8 }, (_error, out, err) => resolve({ code: child.exitCode, out, err }));
    });
    expect(ran, ran.err).toMatchObject({ code: 0 });
    figures = JSON.parse(ran.out) as typeof figures; // our own output
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  for (const { file, examples } of files) {
    describe(file.replace('.json', ''), () => {
      it.each(examples)('$name', ({ name, expected }) => {
        for (const [key, value] of Object.entries(expected)) {
          const figure = figures[name]![key];
          if (TABLES.has(key)) expect(figure, key).toMatchObject(value as object);
          else expect(figure, key).toEqual(value);
        }
      });
    });
  }
});
