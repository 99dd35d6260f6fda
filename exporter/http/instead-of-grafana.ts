/** Links of alerts lead to dashboards. Where no Grafana runs they are given our address, and this says which page of ours comes closest. */
import type { SHOW } from './episodes-filter.ts';

/** What of the list of episodes a dashboard is about; one that is not named here is about the exporter itself. */
const EPISODES: Readonly<Record<string, keyof typeof SHOW>> = {
  'msg-overview': 'waiting', 'msg-start': 'waiting', 'msg-first-response': 'waiting', 'msg-delivery': 'waiting', 'msg-peak-hours': 'waiting', 'msg-agents': 'waiting',
  'msg-slow': 'slow', 'msg-chatbot': 'slow', 'msg-satisfaction': 'unhappy',
};

/** The path for `/d/<uid>` with Grafana's `var-channel` and `var-inbox`. */
export function insteadOfDashboard(uid: string, variables: Readonly<Record<string, unknown>>): string {
  const show = Object.hasOwn(EPISODES, uid) ? EPISODES[uid] : undefined;
  if (show === undefined) return '/';
  const query = new URLSearchParams({ show });
  for (const name of ['channel', 'inbox']) {
    const value = variables[`var-${name}`];
    if (typeof value === 'string' && value !== '$__all') query.set(name, value);
  }
  return `/episodes?${query}`;
}
