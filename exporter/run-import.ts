/** The command `import`. */
import { readFailure } from './config/problem.ts';
import { importHistory, type Tally } from './history/import.ts';
import { openInput, type Input } from './history/lines.ts';
import { createEnricher } from './ingest/enrich.ts';
import { createProgress } from './progress.ts';
import { refresh } from './refresh.ts';
import { createLedger } from './store/ledger.ts';
import { createStore } from './store/apply.ts';
import { withWatermarks } from './store/watermarks.ts';
import { understandingOf } from './texts.ts';
import { atWorkplace, countingOf, type Workplace } from './workplace.ts';

interface Rejection { readonly line: number; readonly reason: string }

interface ImportCommand {
  /** A path, or `-` for stdin. */
  readonly file: string;
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Most refusals that are listed; the number of all is told. */
const LISTED = 10_000;

/** Imports a file of canonical events. @returns 0 when every line was imported, 1 when some were refused, 2 when the file cannot be read */
export async function runImport({ file, json, out, err }: ImportCommand): Promise<number> {
  let input: Input;
  try {
    input = await openInput(file);
  } catch (error) {
    err(`${file} cannot be read: ${readFailure(error)}\n`);
    return 2;
  }
  const rejections: Rejection[] = [];
  const tally = await atWorkplace((place) => importInto(place, input, (rejection) => {
    if (rejections.length >= LISTED) return;
    rejections.push(rejection);
    if (!json) out(`line ${rejection.line}: ${rejection.reason}\n`);
  }, err));
  const { lines, accepted, duplicate, rejected } = tally;
  if (json) out(`${JSON.stringify({ lines, accepted, duplicate, rejected, rejections, leftOut: Math.max(0, rejected - rejections.length) })}\n`);
  else out(`${accepted} events imported, ${duplicate} known already, ${rejected} lines refused${rejected > LISTED ? `, the first ${LISTED} of them listed` : ''}\n`);
  return rejected === 0 ? 0 : 1;
}

async function importInto(place: Workplace, input: Input, onReject: (rejection: Rejection) => void, err: (text: string) => void): Promise<Tally> {
  const { config, keys, url, pool } = place;
  const store = withWatermarks(createStore({ url, pool, settingsFor: config.settingsFor, counting: countingOf(), now: Date.now }), pool);
  const progress = createProgress('lines', err);
  try {
    const tally = await importHistory({
      input, enricher: createEnricher({ key: keys.pseudonym, settingsFor: config.settingsFor, understand: understandingOf(config, keys) }), apply: (events) => store.applyHistory(events),
      ledger: createLedger(pool), now: Date.now,
      onResume: (lines) => err(`${lines} lines were imported before; going on behind them\n`),
      onReject: (line, reason) => onReject({ line, reason }),
      onProgress: ({ lines }) => {
        const at = input.position();
        progress.tell(lines, at && at.bytes / Math.max(1, at.size));
      },
    });
    progress.end(tally.lines);
    err('computing figures of the whole history\n');
    await refresh(place);
    return tally;
  } finally {
    await store.close();
  }
}
