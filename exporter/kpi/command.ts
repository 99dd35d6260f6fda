/** `replywatch kpi FILE`: anybody can check our figures against events and expectations of their own. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readFailure } from '../config/problem.ts';
import { createLogger } from '../log.ts';
import { startEmbeddedPostgres } from '../store/embedded.ts';
import { BadExample, readExamples, type Example } from './example.ts';
import { openWorkbench, type Figures } from './workbench.ts';

/** What `replywatch kpi` is called with. */
export interface KpiOptions {
  /** Path of the examples; `-` reads stdin. */
  readonly file: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const UNUSABLE = 2;

/** Prints `{name: {key: value}}` on `out` and progress on `err`. @returns the exit code: 2 when the file cannot be run */
export async function runKpi({ file, out, err }: KpiOptions): Promise<number> {
  try {
    const examples = readExamples(await contentOf(file), (message) => err(`${message}\n`));
    const figures = await onThrowAwayDatabase((url) => runAll(examples, url, err));
    // One example per line: long enough to read, short enough to compare.
    out(`{\n${figures.map(([name, values]) => `${JSON.stringify(name)}: ${JSON.stringify(values)}`).join(',\n')}\n}\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof BadExample)) throw error;
    err(`${error.message}\n`);
    return UNUSABLE;
  }
}

async function contentOf(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new BadExample('', `${file} cannot be read: ${readFailure(error)}`);
  }
}

async function runAll(examples: readonly Example[], url: string, err: (text: string) => void): Promise<readonly (readonly [name: string, figures: Figures])[]> {
  const workbench = await openWorkbench(url);
  try {
    const figures: (readonly [name: string, figures: Figures])[] = [];
    const began = performance.now();
    let told = began;
    for (const [index, example] of examples.entries()) {
      figures.push([example.name, await workbench.run(example)]);
      if (performance.now() - told < 1000 && index + 1 < examples.length) continue;
      told = performance.now();
      err(`${index + 1} of ${examples.length} examples, ${((told - began) / (index + 1)).toFixed(0)} ms each\n`);
    }
    return figures;
  } finally {
    await workbench.close();
  }
}

/** A Postgres that nobody else knows and that need not survive a crash. */
async function onThrowAwayDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'replywatch-kpi-'));
  await chmod(directory, 0o711); // as root, Postgres runs as somebody else
  try {
    const postgres = await startEmbeddedPostgres({
      dataDir: join(directory, 'data'), log: createLogger('warn'), settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' },
    });
    try {
      return await work(postgres.url);
    } finally {
      await postgres.stop();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
