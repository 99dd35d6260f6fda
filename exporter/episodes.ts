/** What `/episodes` shows: facts from the store and spans from `traces`, as models for the pages. */
import type { Pool } from 'pg';
import type { Config } from './config.ts';
import { CHANNELS } from './core/event.ts';
import type { EpisodeFact } from './core/fact.ts';
import type { Settings } from './core/settings.ts';
import type { TraceJob, TraceKey } from './core/trace-job.ts';
import type { EpisodePages } from './http/episodes.ts';
import type { EpisodeRow } from './http/episodes-list.ts';
import { duration } from './http/episodes-style.ts';
import type { TimelineNumber, TimelineSpan } from './http/episodes-timeline.ts';
import { pseudonymOf } from './ingest/pseudonym.ts';
import { episodeNumbers, episodeOfTrace, listEpisodes, openEpisode, readEpisode, SHOWN, SORTS, type ListedEpisode } from './store/episode-list.ts';
import { keptByRule } from './store/outbox.ts';
import { keyOf } from './store/trace-jobs.ts';
import { phaseKey, ROOT } from './traces/drafts.ts';
import { spanIdFor, traceIdFor } from './traces/ids.ts';
import { certainlyKept, type KeepOptions } from './traces/keep.ts';
import { PHASES } from './traces/phases.ts';
import { plainSpan, viewOf, type PlainSpan } from './traces/view.ts';

export interface EpisodePagesOptions {
  readonly pool: Pool;
  readonly config: Pick<Config, 'inboxes' | 'teams' | 'grafanaUrl' | 'settingsFor'>;
  readonly keep: KeepOptions;
  /** The key of pseudonyms, to find a conversation by the source's own id. */
  readonly pseudonymKey: string;
  /** Whether traces are sent at all. */
  readonly isTracing: boolean;
  readonly now: () => number;
}

const PAGE = 50;

export function createEpisodePages({ pool, config, keep, pseudonymKey, isTracing, now }: EpisodePagesOptions): EpisodePages {
  const traceId = (conversation: string, number: number): string => traceIdFor(keep.key, conversation, number);
  const names = namesOf(config);
  return {
    async list({ show, sort, channel, inbox, hours, page }) {
      const common = { channels: CHANNELS, inboxes: config.inboxes.map(({ id, name }) => ({ value: id, title: name === undefined ? id : `${name} (${id})` })) };
      try {
        const found = await listEpisodes(pool, {
          show: SHOWN.find((each) => each === show) ?? 'all', sort: SORTS.find((each) => each === sort) ?? 'newest', channel: channel || undefined, inbox: inbox || undefined,
          since: now() - hours * 3_600_000, offset: (page - 1) * PAGE, limit: PAGE + 1,
        });
        return { ...common, rows: found.slice(0, PAGE).map((each) => ({ ...rowOf(each, traceId(each.episode.conversation, each.episode.number), now()), ...names(each.episode) })), hasMore: found.length > PAGE };
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === '57014')) throw error; // query_canceled: too long
        return { ...common, rows: [], hasMore: false, trouble: 'That took too long. Choose a shorter time, a channel or an inbox.' };
      }
    },
    async traceparent(source, id) {
      const conversation = pseudonymOf(pseudonymKey, 'conversation', source, id);
      const open = isTracing ? await openEpisode(pool, conversation) : undefined;
      if (!open) return undefined;
      const key = { conversation, number: open.number };
      const kept = certainlyKept(conversation, open.number, keep);
      const trace = kept.keep ? kept.traceId : (await keptByRule(pool, [key])).get(keyOf(key));
      // Ids are known before anything is sent: the turn that answers the pending wait begins where the wait does.
      return trace === undefined ? undefined : `00-${trace}-${spanIdFor(trace, open.waitingSince === null ? ROOT : phaseKey({ start: open.waitingSince }))}-01`;
    },
    traceOf(episode) {
      const named = keyNamed(episode);
      return named && traceId(named.conversation, named.number);
    },
    async timeline(id, of) {
      const named = keyNamed(of ?? '');
      const key = named && traceId(named.conversation, named.number) === id ? named : await episodeOfTrace(pool, id, traceId);
      const job = key && await readEpisode(pool, key, now());
      if (!job) return undefined;
      const view = viewOf(job, keep, now());
      const { episode } = job;
      const { inbox, team } = names(episode);
      const numbers = await episodeNumbers(pool, episode.conversation);
      return {
        name: nameOf(episode), traceId: id, conversation: episode.conversation, number: episode.number, isOpen: view.isOpen, outcome: episode.outcome,
        place: [episode.channel, `inbox ${inbox}`, ...(team === null ? [] : [`team ${team}`]), ...(episode.topic === null ? [] : [`topic ${episode.topic}`])],
        openedAt: episode.openedAt, endedAt: episode.endedAt ?? Math.max(now(), episode.openedAt), spans: arranged(view.spans.map(plainSpan)), messages: view.marks,
        numbers: numbersOf(job, config.settingsFor(episode.source, episode.inbox), now()),
        others: numbers.filter((each) => Math.abs(each - episode.number) === 1).map((each) => ({
          title: `Episode ${each} of this conversation, ${each < episode.number ? 'before' : 'after'} it`, href: `/episodes/${traceId(episode.conversation, each)}?of=${episode.conversation}.${each}` })),
        ...(config.grafanaUrl !== undefined && job.wasSent ? { tempo: exploreUrl(config.grafanaUrl, id) } : {}),
      };
    },
  };
}

/** Of `<conversation>.<number>`. */
function keyNamed(episode: string): TraceKey | undefined {
  const [, conversation, number] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.(\d{1,6})$/.exec(episode) ?? [];
  return conversation === undefined ? undefined : { conversation, number: Number(number) };
}

const nameOf = ({ conversation, number }: EpisodeFact): string => `${conversation.slice(0, 8)} #${number}`;

/** What people call the inbox and the team of an episode, as far as the configuration says so. */
function namesOf({ inboxes, teams }: Pick<Config, 'inboxes' | 'teams'>): (episode: EpisodeFact) => Pick<EpisodeRow, 'inbox' | 'team'> {
  const inboxNames = new Map(inboxes.map(({ source, id, name }) => [`${source} ${id}`, name]));
  const teamNames = new Map(teams.map(({ id, name }) => [id, name]));
  return ({ source, inbox, team }) => ({ inbox: inboxNames.get(`${source} ${inbox}`) ?? inbox, team: team === null ? null : teamNames.get(team) ?? team });
}

function rowOf({ episode, score, negative }: ListedEpisode, traceId: string, now: number): Omit<EpisodeRow, 'inbox' | 'team'> {
  const end = episode.closedAt ?? now;
  const pending = episode.waitingSince === null ? null : Math.max(0, end - episode.waitingSince) / 1000;
  return {
    traceId, conversation: episode.conversation, number: episode.number, channel: episode.channel, outcome: episode.outcome, isAnswered: episode.frtSeconds !== null,
    openedAt: episode.openedAt, waitSeconds: episode.closedAt === null ? pending : episode.frtSeconds ?? pending, isLate: episode.slaFirstResponse === 'missed',
    queueSeconds: episode.queueSeconds, lengthSeconds: Math.max(0, (episode.endedAt ?? now) - episode.openedAt) / 1000, score, isNegative: negative,
  };
}

/** Phases and what lies beside them by time; deliveries under the turn that sent them, or within which they failed. */
function arranged(spans: readonly PlainSpan[]): readonly TimelineSpan[] {
  const rows = spans.filter(({ name }) => name !== 'conversation' && name !== 'conversation opened').toSorted((a, b) => a.start - b.start || Number(isPhase(b)) - Number(isPhase(a)) || b.end - a.end);
  const [deliveries, others] = [rows.filter(isDelivery), rows.filter((span) => !isDelivery(span))];
  const phases = others.filter(isPhase);
  const under = Map.groupBy(deliveries, ({ parent, start }) => phases.find(({ id }) => id === parent) ?? phases.findLast((phase) => phase.start <= start));
  return [...others.flatMap((span) => [span, ...under.get(span) ?? []]), ...under.get(undefined) ?? []].map(timelineSpan);
}

const isDelivery = ({ name }: PlainSpan): boolean => name === 'deliver message';
const isPhase = ({ attributes }: PlainSpan): boolean => 'conversation.phase' in attributes;
const NAMES: Readonly<Record<string, string>> = { 'csat survey': 'Survey', 'first response': 'First response time', response: 'Response time', queue: 'Queue time' };

function timelineSpan(span: PlainSpan): TimelineSpan {
  const { name, actor, start, end, failed, attributes } = span;
  const score = attributes['conversation.csat.score'];
  const late = attributes['conversation.sla.breached'] === true;
  const note = failed ? `failed: ${String(attributes['error.type'])}` : score !== undefined ? `score ${String(score)}` : late ? 'late' : undefined;
  const kind = isPhase(span) ? 'phase' : name === 'deliver message' ? 'delivery' : name === 'csat survey' ? 'survey' : 'kpi';
  return { name: NAMES[name] ?? `${name[0]!.toUpperCase()}${name.slice(1)}`, actor: (PHASES as readonly string[]).includes(actor) ? actor : 'delivery', kind, start, end, failed, isBad: failed || late || Number(score) <= 2, ...(note === undefined ? {} : { note }) };
}

function numbersOf({ episode, events, surveys }: TraceJob, settings: Settings, now: number): readonly TimelineNumber[] {
  const time = (label: string, seconds: number | null, more: Partial<TimelineNumber> = {}): readonly TimelineNumber[] => (seconds === null && !more.note ? [] : [{ label, value: seconds === null ? 'none' : duration(seconds), ...more }]);
  const count = (label: string, n: number, always = false): readonly TimelineNumber[] => (n === 0 && !always ? [] : [{ label, value: String(n) }]);
  const target = (seconds: number, result: 'met' | 'missed' | null): Partial<TimelineNumber> =>
    (result === null ? {} : { note: `target ${duration(seconds)} ${result}`, verdict: result === 'met' ? 'good' : 'bad' });
  const score = surveys.at(-1)?.score;
  return [
    ...time('First response', episode.frtSeconds, target(settings.slaFirstResponseSeconds, episode.slaFirstResponse)),
    ...time(episode.closedAt === null ? 'Waiting now' : 'Left waiting', episode.waitingSince === null ? null : Math.max(0, (episode.closedAt ?? now) - episode.waitingSince) / 1000),
    ...time('In opening hours', episode.frtBusinessSeconds === episode.frtSeconds ? null : episode.frtBusinessSeconds),
    ...time('First bot answer', episode.botFrtSeconds), ...time('Queue', episode.queueSeconds),
    ...time('Resolution', episode.resolutionSeconds, target(settings.slaResolutionSeconds, episode.slaResolution)),
    ...count('Customer messages', episode.inboundMessages, true), ...count('Sounded negative', negativeMessages(events)),
    ...count('Agent messages', episode.agentMessages), ...count('Bot messages', episode.botMessages),
    ...count('Failed messages', episode.failedMessages), ...count('Hand-offs', episode.handoffs), ...count('Transfers', episode.transfers),
    ...(score === undefined ? [] : [{ label: 'Survey score', value: String(score) }]),
  ];
}

/** A message may be scored when it comes and again later. */
const negativeMessages = (events: TraceJob['events']): number =>
  new Set(events.flatMap((event) => ((event.kind === 'message.inbound' || event.kind === 'sentiment.scored') && event.sentiment === 'negative' ? [event.message] : []))).size;

/** A search of hex digits only is taken for a trace id. The range covers what Tempo keeps by default. */
function exploreUrl(grafana: string, traceId: string): string {
  const panes = { t: { datasource: 'tempo', queries: [{ refId: 'A', datasource: { type: 'tempo', uid: 'tempo' }, queryType: 'traceql', query: traceId }], range: { from: 'now-30d', to: 'now' } } };
  return `${grafana}/explore?schemaVersion=1&orgId=1&panes=${encodeURIComponent(JSON.stringify(panes))}`;
}
