/** What a viewer can choose. A variable on a dashboard must be used there; a test sees to it. */
import { DATASOURCES } from './datasources.ts';
import type { Variable } from './panel.ts';

/**
 * What All is in queries. Grafana puts it there as it is, never quoted, so it has to be both at once: for PromQL a regular expression that matches everything,
 * for SQL a text, which `chosen` compares with. The list of all values would leave out rows whose value is not on it, and be empty, an error, before the first.
 */
export const ALL = "'|.+|'";

/** `$channel` and `$inbox`, from the counter that exists for every pair from the first scrape. In SQL: `inPlace`, `chosen`. */
export const CHANNEL: Variable = fromMetrics('channel', 'Channel', 'label_values(chat_messages_total, channel)');
export const INBOX: Variable = fromMetrics('inbox', 'Inbox', 'label_values(chat_messages_total{channel=~"$channel"}, inbox)');

/** `$source`: connections to providers, for figures about the pipeline. */
export const SOURCE: Variable = fromMetrics('source', 'Source', 'label_values(chat_source_expected, source)');

// Prometheus knows no teams, and agents and topics only in part.
/** `$team`, for SQL: `chosen("coalesce(episodes.team, 'none')", 'team')`. */
export const TEAM: Variable = fromViews('team', 'Team', dimension('team'));
/** `$agent`, for SQL. */
export const AGENT: Variable = fromViews('agent', 'Agent', dimension('agent'));
/** `$topic`, for SQL. */
export const TOPIC: Variable = fromViews('topic', 'Topic', dimension('topic'));

/** `$tz`, an IANA name, for SQL on instants: `… at time zone '$tz'`. The zone that days and hours of the rollups are in comes first. */
export const ZONE: Variable = {
  ...fromViews('tz', 'Time zone', `select zone.name from (
  select workspace.tz as name, 0 as place from reporting.workspace
  union all select common.name, 1 from unnest(array['UTC', 'America/Los_Angeles', 'America/New_York', 'America/Sao_Paulo', 'Europe/London', 'Europe/Berlin',
    'Europe/Madrid', 'Africa/Lagos', 'Asia/Dubai', 'Asia/Kolkata', 'Asia/Singapore', 'Asia/Tokyo', 'Australia/Sydney']) as common (name)) as zone
group by zone.name order by min(zone.place), zone.name`),
  multi: false, includeAll: false, sort: 0, allValue: '',
  current: {} as NonNullable<Variable['current']>, // none yet: the first one is taken
};

/** `$currency`, one at a time: currencies are never added. `costs.currency = '$currency'`; the one most was spent in comes first. */
export const CURRENCY: Variable = {
  ...fromViews('currency', 'Currency', 'select costs.currency from reporting.costs where costs.currency is not null group by costs.currency order by sum(costs.cost) desc'),
  multi: false, includeAll: false, sort: 0, allValue: '',
  current: {} as NonNullable<Variable['current']>, // as above
};

/** A number or word among a few, the first one chosen. */
export const choice = (name: string, label: string, values: readonly string[]): Variable => ({
  type: 'custom' as Variable['type'], name, label, query: values.join(','), multi: false, includeAll: false,
  current: { selected: true, text: values[0] ?? '', value: values[0] ?? '' },
  options: values.map((value, i) => ({ selected: i === 0, text: value, value })),
});

function dimension(name: string): string {
  return `select distinct daily_by.value from reporting.daily_by where daily_by.dimension = '${name}' order by 1`;
}

function fromMetrics(name: string, label: string, query: string): Variable {
  return { ...many(name, label), datasource: DATASOURCES.prometheus, definition: query, query: { query, refId: `variable-${name}` } };
}

function fromViews(name: string, label: string, query: string): Variable {
  return { ...many(name, label), datasource: DATASOURCES.postgres, definition: query, query };
}

function many(name: string, label: string): Variable {
  return {
    type: 'query' as Variable['type'], name, label, refresh: 2, sort: 1, multi: true, includeAll: true, allValue: ALL,
    current: { selected: true, text: ['All'], value: ['$__all'] }, options: [], regex: '',
  };
}

/**
 * `$trace`, the id of one trace: the newest of a late first response comes first, so that the page opens with one. Links choose others, which need not be on
 * the list; it is therefore read once, when the page opens. Where no trace was sent it is a search that finds nothing, because an empty id would be an error.
 */
export const TRACE: Variable = {
  ...fromViews('trace', 'Trace', `select listed.name as __text, listed.value as __value from (
  (select left(traces.conversation::text, 8) || ' #' || traces.number || coalesce(', ' || replace(nullif(traces.keep_reason, 'ratio'), '_', ' '), '') as name, traces.trace_id as value
  from reporting.traces where traces.sent_at >= now() - interval '7 days' order by traces.keep_reason is not distinct from 'first_response_late' desc, traces.sent_at desc limit 100)
  union all select 'none was sent yet', '{ name = "none" }' where not exists (select from reporting.traces where traces.sent_at >= now() - interval '7 days')) as listed`),
  multi: false, includeAll: false, sort: 0, allValue: '', refresh: 1,
  current: {} as NonNullable<Variable['current']>, // as above
};

/** Where the exporter's pages of episodes are, for `toTimeline`. A constant, so that links name no host; `docs/deploy.md` says how to change it. */
export const EPISODES: Variable = {
  type: 'constant' as Variable['type'], name: 'episodes', label: 'Episodes', query: 'http://localhost:9877/episodes', hide: 2, skipUrlSync: true,
  current: { selected: true, text: 'http://localhost:9877/episodes', value: 'http://localhost:9877/episodes' }, options: [],
};
