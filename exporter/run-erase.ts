/** The command `erase`. */
import { SOURCES } from './sources/index.ts';
import { joinsOf } from './ingest/identity.ts';
import { pseudonymOf } from './ingest/pseudonym.ts';
import { erase } from './store/erase.ts';
import { atWorkplace } from './workplace.ts';

interface EraseCommand {
  /** As a source names the customer, with `source:` before it or not; or the pseudonym. */
  readonly contact: string;
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Removes what leads to a customer and lists the traces to be deleted. @returns 1 when nobody of that name is known */
export async function runErase({ contact, json, out, err }: EraseCommand): Promise<number> {
  return atWorkplace(async ({ pool, config, keys }) => {
    const { rows } = await pool.query<{ source: string }>('select seen.source from replywatch.source_seen as seen');
    const sources = [...new Set([...rows.map((row) => row.source), ...config.sources.map(({ id }) => id), ...SOURCES.map(({ id }) => id)])];
    const erased = await erase(pool, candidates(contact, sources, keys.pseudonym), Date.now());
    if (!erased) {
      err('no source has named this customer: give the id as the source does, with or without `source:` before it\n');
      return 1;
    }
    if (json) out(`${JSON.stringify(erased)}\n`);
    else {
      out(`${erased.events} events of ${erased.conversations} conversations belong to nobody now; totals stay as they are.\n`);
      if (erased.traceIds.length > 0) out(`Traces with the old pseudonyms, to be deleted where they are stored:\n${erased.traceIds.map((id) => `  ${id}\n`).join('')}`);
    }
    return 0;
  });
}

/** The pseudonyms this may be. Phone numbers are named by digits alone. */
function candidates(given: string, sources: readonly string[], key: string): readonly string[] {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(given)) return [given];
  const named = sources.find((source) => given.startsWith(`${source}:`));
  const id = named === undefined ? given : given.slice(named.length + 1);
  const ids = /^\+[\d ()-]+$/.test(id) ? [id, id.replace(/\D/g, '')] : [id];
  const asNamed = (named === undefined ? sources : [named]).flatMap((source) => ids.map((each) => pseudonymOf(key, 'contact', source, each)));
  return named === undefined ? [...asNamed, ...joinsOf(key, given)] : asNamed;
}
