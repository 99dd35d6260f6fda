/** The command `trace`: an episode's timeline in the terminal, for whoever has nothing but a shell. */
import type { Pool } from 'pg';
import { duration } from './http/episodes-style.ts';
import { pseudonymOf } from './ingest/pseudonym.ts';
import { SOURCES } from './sources/index.ts';
import { episodeNumbers, episodeOfTrace, knownInboxes, readEpisode } from './store/episode-list.ts';
import { traceIdFor } from './traces/ids.ts';
import type { KeepOptions } from './traces/keep.ts';
import { otlpJson } from './traces/otlp-json.ts';
import { treeLines } from './traces/tree.ts';
import { plainSpan, viewOf } from './traces/view.ts';
import { atWorkplace } from './workplace.ts';

interface TraceCommand {
  /** A pseudonym, `<pseudonym>.<number>`, a trace id, or the source's own id with `source:` before it or not. */
  readonly conversation: string;
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** Prints the episodes of a conversation, oldest first. @returns 1 when it is not known */
export async function runTrace({ conversation: given, json, out, err }: TraceCommand): Promise<number> {
  return atWorkplace(async ({ pool, config, keys }) => {
    const keep: KeepOptions = { key: keys.trace, ratio: config.traces.keepRatio, rules: config.traces.keepRules, settingsFor: config.settingsFor };
    const { conversation, numbers } = await find(pool, given, keys);
    const now = Date.now();
    const jobs = (await Promise.all(numbers.map((number) => readEpisode(pool, { conversation, number }, now)))).filter((job) => job !== undefined);
    if (jobs.length === 0) {
      err('no such conversation: give its pseudonym, a trace id, or SOURCE:ID with the id of the conversation (not of a message or contact) as the source has it, such as chatwoot:4242; where two inboxes have the same id, SOURCE:INBOX:ID\n');
      return 1;
    }
    const views = jobs.map((job) => ({ job, view: viewOf(job, keep, now) }));
    if (json) out(`${otlpJson(views.flatMap(({ view }) => view.spans), config.otlp?.environment)}\n`);
    else {
      out(views.map(({ job: { episode }, view }) => `${[
        `${episode.conversation} #${episode.number}  ${episode.channel} ${episode.inbox}  ${view.isOpen ? 'open' : episode.outcome.replaceAll('_', ' ')}`,
        `${new Date(episode.openedAt).toISOString()}  trace ${view.traceId}`,
        ...treeLines(view.spans.map(plainSpan), duration),
      ].join('\n')}\n`).join('\n'));
    }
    return 0;
  }, { orDemo: true });
}

async function find(pool: Pool, given: string, keys: { readonly pseudonym: string; readonly trace: string }): Promise<{ readonly conversation: string; readonly numbers: readonly number[] }> {
  const [, uuid, number] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:[.#](\d{1,6}))?$/.exec(given) ?? [];
  if (uuid !== undefined) return { conversation: uuid, numbers: number === undefined ? await episodeNumbers(pool, uuid) : [Number(number)] };
  if (/^[0-9a-f]{30,32}$/i.test(given)) {
    const episode = await episodeOfTrace(pool, given.toLowerCase().padStart(32, '0'), (conversation, n) => traceIdFor(keys.trace, conversation, n));
    if (episode) return { conversation: episode.conversation, numbers: [episode.number] };
  }
  const { rows } = await pool.query<{ source: string }>('select seen.source from replywatch.source_seen as seen');
  const sources = [...new Set([...rows.map(({ source }) => source), ...SOURCES.map(({ id }) => id)])];
  const named = sources.find((source) => given.startsWith(`${source}:`));
  const own = given.slice((named ?? '').length + 1);
  // Help desks number the conversations of an inbox, and people know the number alone.
  const asked = named === undefined ? sources.map((source) => [source, given] as const) : [own, ...(await knownInboxes(pool)).map((inbox) => `${inbox}:${own}`)].map((id) => [named, id] as const);
  for (const [source, id] of asked) {
    const conversation = pseudonymOf(keys.pseudonym, 'conversation', source, id);
    const numbers = await episodeNumbers(pool, conversation);
    if (numbers.length > 0) return { conversation, numbers };
  }
  return { conversation: '', numbers: [] };
}
