/** The command `import`: a file of canonical events, an export of a help desk, or Chatwoot's own database. */
import { readFailure } from './config/problem.ts';
import { chatwootHistory } from './history/chatwoot.ts';
import { countConversations, databaseName, missingColumns } from './history/chatwoot-rows.ts';
import { importHistory, type Reading, type Tally } from './history/import.ts';
import { readIntercomConversation } from './history/intercom.ts';
import { openInput, type Input } from './history/lines.ts';
import { importSteps, type StepsOptions } from './history/steps.ts';
import { readZendeskTicket } from './history/zendesk.ts';
import { createEnricher } from './ingest/enrich.ts';
import { createProgress } from './progress.ts';
import { refresh } from './refresh.ts';
import { createLedger } from './store/ledger.ts';
import { createStore } from './store/apply.ts';
import { openForeign } from './store/foreign.ts';
import { withWatermarks } from './store/watermarks.ts';
import { understandingOf } from './texts.ts';
import { atWorkplace, countingOf, type Workplace } from './workplace.ts';

/** `of`: the row that was refused, where there are no lines. */
interface Rejection { readonly line?: number; readonly of?: string; readonly reason: string }

interface ImportCommand {
  /** `chatwoot`, `zendesk`, `intercom`, a path, or `-` for stdin. */
  readonly what: string;
  /** The export of a help desk. */
  readonly file: string | undefined;
  /** Where events belong whose export does not name it. */
  readonly inbox: string | undefined;
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Most refusals that are listed; the number of all is told. */
const LISTED = 10_000;

/** @returns 0 when everything was imported, 1 when some was refused, 2 when the source cannot be read or was not named */
export async function runImport({ what, file, inbox, json, out, err }: ImportCommand): Promise<number> {
  const readers: Readonly<Record<string, (value: unknown) => Reading>> = { zendesk: readZendeskTicket, intercom: (value) => readIntercomConversation(value, inbox) };
  const read = Object.hasOwn(readers, what) ? readers[what] : undefined;
  if ((read !== undefined) !== (file !== undefined)) {
    err('usage: replywatch import FILE | chatwoot | zendesk EXPORT | intercom EXPORT\n');
    return 2;
  }
  const rejections: Rejection[] = [];
  const onReject = (rejection: Rejection): void => {
    if (rejections.length >= LISTED) return;
    rejections.push(rejection);
    if (!json) out(`${rejection.of ?? `line ${rejection.line}`}: ${rejection.reason}\n`);
  };
  let work: (place: Workplace) => Promise<Tally | undefined>;
  if (what === 'chatwoot') work = (place) => importChatwoot(place, onReject, err);
  else {
    const path = file ?? what;
    let input: Input;
    try {
      input = await openInput(path);
    } catch (error) {
      err(`${path} cannot be read: ${readFailure(error)}\n`);
      return 2;
    }
    work = (place) => importFile(place, input, read, onReject, err);
  }
  const tally = await atWorkplace(work);
  if (!tally) return 2;
  const { lines, accepted, duplicate, rejected } = tally;
  const listed = rejections.length === LISTED ? `, the first ${LISTED} of them listed` : '';
  if (json) out(`${JSON.stringify({ lines, accepted, duplicate, rejected, rejections, leftOut: Math.max(0, rejected - rejections.length) })}\n`);
  else out(`${accepted} events imported, ${duplicate} known already, ${rejected} ${what === 'chatwoot' ? 'rows' : 'lines'} refused${listed}\n`);
  return rejected === 0 ? 0 : 1;
}

type Parts = Pick<StepsOptions, 'enricher' | 'apply' | 'ledger' | 'now'>;

/** Runs an import on the database of the workplace, and computes what follows from it. */
async function importInto(place: Workplace, what: string, err: (text: string) => void, run: (parts: Parts, tell: (done: number, share: number | undefined) => void) => Promise<Tally>): Promise<Tally> {
  const { config, keys, url, pool } = place;
  const store = withWatermarks(createStore({ url, pool, settingsFor: config.settingsFor, counting: countingOf(), now: Date.now }), pool);
  const progress = createProgress(what, err);
  try {
    const enricher = createEnricher({ key: keys.pseudonym, settingsFor: config.settingsFor, understand: understandingOf(config, keys) });
    const tally = await run({ enricher, apply: (events) => store.applyHistory(events), ledger: createLedger(pool), now: Date.now }, (done, share) => progress.tell(done, share));
    progress.end(tally.lines);
    err('computing figures of the whole history\n');
    await refresh(place);
    return tally;
  } finally {
    await store.close();
  }
}

const importFile = (place: Workplace, input: Input, read: ((value: unknown) => Reading) | undefined, onReject: (rejection: Rejection) => void, err: (text: string) => void): Promise<Tally> =>
  importInto(place, 'lines', err, (parts, tell) => importHistory({
    ...parts, input, ...(read && { read }),
    onResume: (lines) => err(`${lines} lines were imported before; going on behind them\n`), onReject: (line, reason) => onReject({ line, reason }),
    onProgress: ({ lines }) => {
      const at = input.position();
      tell(lines, at && at.bytes / Math.max(1, at.size));
    },
  }));

/** @returns undefined when the database is not there, or not what it should be; that is said */
async function importChatwoot(place: Workplace, onReject: (rejection: Rejection) => void, err: (text: string) => void): Promise<Tally | undefined> {
  const { chatwootDatabaseUrl, chatwootAccount } = place.config.platforms;
  if (chatwootDatabaseUrl === undefined) return void err('import chatwoot needs CHATWOOT_DATABASE_URL: the address of its database\n');
  const foreign = await openForeign(chatwootDatabaseUrl);
  if ('reason' in foreign) return void err(`CHATWOOT_DATABASE_URL: ${foreign.reason}\n`);
  try {
    const { ask } = foreign;
    const missing = await missingColumns(ask);
    if (missing.length > 0) return void err(`This database cannot be read as one of Chatwoot. Grant select on these columns, or update Chatwoot:\n${missing.map((name) => `  ${name}\n`).join('')}`);
    const name = `chatwoot ${await databaseName(ask)} ${chatwootAccount ?? 'all'}`;
    const { total } = await countConversations(ask, chatwootAccount, 0);
    return await importInto(place, 'conversations', err, (parts, tell) => importSteps({
      ...parts, name, steps: (cursor) => chatwootHistory(ask, chatwootAccount, cursor),
      onResume: (done) => err(`${done} conversations were imported before; going on behind them\n`), onReject: (of, reason) => onReject({ of, reason }),
      onProgress: ({ lines }) => tell(lines, lines / Math.max(1, total)),
    }));
  } finally {
    await foreign.close();
  }
}
