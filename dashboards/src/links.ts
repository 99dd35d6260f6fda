/** Every dashboard there is or will be. A link to one that is not in `index.ts` yet is left out of the rendered file. */
export const UIDS = [
  'msg-start', 'msg-overview', 'msg-first-response', 'msg-satisfaction', 'msg-peak-hours', 'msg-agents', 'msg-chatbot', 'msg-delivery',
  'msg-audience', 'msg-slow', 'msg-pipeline', 'msg-cost', 'msg-consistency',
] as const;
export type Uid = (typeof UIDS)[number];

export interface Link { readonly title: string; readonly url: string; readonly targetBlank?: boolean }

const TIME = '${__url_time_range}';

/** To another dashboard, with the same time range, channels and inboxes. */
export const toDashboard = (uid: Uid, title: string): Link =>
  ({ title, url: `/d/${uid}?${TIME}&\${channel:queryparam}&\${inbox:queryparam}` });

/** To a dashboard that has no channel and inbox. */
export const toPlainDashboard = (uid: Uid, title: string): Link => ({ title, url: `/d/${uid}?${TIME}` });

/** From a table row or a series to a dashboard for that inbox alone. */
export const toInbox = (uid: Uid, title: string, from: 'cell' | 'series' = 'cell'): Link =>
  ({ title, url: `/d/${uid}?${TIME}&\${channel:queryparam}&var-inbox=\${${from === 'cell' ? '__data.fields.inbox' : '__field.labels.inbox'}}` });

/** From a table row to a dashboard for that agent alone. */
export const toAgent = (uid: Uid, title: string): Link => ({ title, url: `/d/${uid}?${TIME}&var-agent=\${__data.fields.agent}` });

/** To the page that says what to do. The address is the constant variable `runbooks`; the exporter serves the pages. */
export const runbook = (alert: string, title = 'Runbook'): Link => ({ title, url: `\${runbooks:raw}/${alert}`, targetBlank: true });

/**
 * To the conversations behind a number: a trace search in Explore over the dashboard's time range. `left` is the form that
 * Grafana 9 knows and later versions still translate.
 */
export function toTraces(query: string, title = 'Conversations'): Link {
  const pane = JSON.stringify({ datasource: 'tempo', queries: [{ refId: 'A', queryType: 'traceql', query }], range: { from: 'FROM', to: 'TO' } });
  return { title, url: `/explore?left=${encodeURIComponent(pane).replace('FROM', '${__from}').replace('TO', '${__to}')}` };
}

/** On the dashboard of slow conversations: opens a trace there, with all that is chosen. `id` is a reference of Grafana's, e.g. `${__value.raw}`. */
export const toTrace = (id: string, title = 'Show the trace below'): Link =>
  ({ title, url: `/d/msg-slow?${TIME}&\${channel:queryparam}&\${inbox:queryparam}&\${longer:queryparam}&var-trace=${id}` });

/** The exporter's own page of an episode, for which no trace store is needed: by trace id, or `of/<conversation>.<number>`. The address is the constant variable `episodes`. */
export const toTimeline = (episode: string, title = 'Timeline'): Link => ({ title, url: `\${episodes:raw}/${episode}`, targetBlank: true });

/** The dashboard a link leads to; undefined for any other link. */
export const dashboardOf = (url: string): string | undefined => /^\/d\/([^/?#]+)/.exec(url)?.[1];
