/** The command `rebuild`. */
import { createProgress } from './progress.ts';
import { rebuild } from './rebuild.ts';
import type { Differences } from './store/difference.ts';
import { atWorkplace, countingOf } from './workplace.ts';

interface RebuildCommand {
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Computes all facts and figures anew and prints what changed. @returns 1 when another process is rebuilding */
export async function runRebuild({ json, out, err }: RebuildCommand): Promise<number> {
  return atWorkplace(async ({ pool, config }) => {
    const progress = createProgress('conversations', err);
    let reached = 0;
    const changed = await rebuild({
      pool, config, counting: countingOf(), now: Date.now, reason: 'asked',
      onProgress: (done, total) => { reached = done; progress.tell(done, done / total); },
      onRollup: (name) => err(`figures: ${name}\n`),
    });
    if (!changed) {
      err('another process is rebuilding; its progress is in its log\n');
      return 1;
    }
    progress.end(reached);
    out(json ? `${JSON.stringify(changed)}\n` : table(changed));
    return 0;
  });
}

function table(changed: Differences): string {
  const rows = [['table', 'added', 'removed', 'changed', 'same'], ...Object.entries(changed).map(([name, { added, removed, changed: different, same }]) => [name, ...[added, removed, different, same].map(String)])];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return `${rows.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')).join('\n')}\n`;
}
