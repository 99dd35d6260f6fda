// npm test [-- vitest arguments]: provides the tools, checks types and lint, runs the tests. The last line is "N passed, N failed"; the exit code is 0
// when nothing failed, 1 when something did, 2 when the tests could not be run at all.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ToolsMissing, provideTools } from './debian.ts';
import { countResults } from './results.ts';
import type { Counts } from './results.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const require = createRequire(import.meta.url);

try {
  process.env.PATH = provideTools((line) => console.log(line));
  const counts = [await check('types', 'typescript', 'tsc', '--noEmit'), await check('lint', 'oxlint', 'oxlint', '--deny-warnings'), await runTests(process.argv.slice(2))].reduce(add);
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
} catch (error) {
  if (!(error instanceof ToolsMissing)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function check(what: string, name: string, binary: string, ...args: readonly string[]): Promise<Counts> {
  const code = await runNode(binaryOf(name, binary), args);
  console.log(code === 0 ? `${what}: no errors` : `${what}: errors above, counted as one failure`);
  return { passed: 0, failed: code === 0 ? 0 : 1 };
}

async function runTests(args: readonly string[]): Promise<Counts> {
  const directory = mkdtempSync(join(tmpdir(), 'replywatch-results-'));
  const report = join(directory, 'results.json');
  try {
    const code = await runNode(binaryOf('vitest', 'vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args]);
    return countResults(readIfThere(report), code);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A signal to us (Ctrl-C reaches both anyway) is passed on, so that vitest can end its servers. */
function runNode(script: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGTERM', pass).on('SIGINT', pass);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGTERM', pass).off('SIGINT', pass);
      resolve(code ?? 1);
    });
  });
}

function binaryOf(name: string, binary: string): string {
  const manifest = require.resolve(`${name}/package.json`);
  const { bin } = require(manifest) as { bin: Readonly<Record<string, string>> };
  return join(dirname(manifest), bin[binary] ?? '');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}
