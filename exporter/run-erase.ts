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
      if (erased.traceIds.length > 0) out(deletion(erased.traceIds));
    }
    return 0;
  }, { orDemo: true });
}

/** Tempo deletes whole traces by id: 3 through its backend scheduler, 2 by rewriting blocks. https://grafana.com/docs/tempo/latest/operations/tempo_cli/#redact-traces */
const deletion = (traceIds: readonly string[]): string => `Traces with the old pseudonyms, to be deleted where they are stored (nothing can list them again):
${traceIds.map((id) => `  ${id}\n`).join('')}Tempo 3, at the gRPC address of its backend scheduler:
  tempo-cli redact --tenant=single-tenant ${traceIds.map((id) => `--trace-id=${id}`).join(' ')} localhost:9095
Tempo 2.10:
  tempo-cli rewrite-blocks drop-traces --drop-trace --config-file=tempo.yaml single-tenant ${traceIds.join(',')}
`;

/** The pseudonyms this may be. Phone numbers are named by digits alone. */
function candidates(given: string, sources: readonly string[], key: string): readonly string[] {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(given)) return [given];
  const named = sources.find((source) => given.startsWith(`${source}:`));
  const id = named === undefined ? given : given.slice(named.length + 1);
  const ids = /^\+[\d ()-]+$/.test(id) ? [id, id.replace(/\D/g, '')] : [id];
  const asNamed = (named === undefined ? sources : [named]).flatMap((source) => ids.map((each) => pseudonymOf(key, 'contact', source, each)));
  return named === undefined ? [...asNamed, ...joinsOf(key, given)] : asNamed;
}
