/** What is promised and allowed, as series: panels and alerts repeat no number of the configuration. */
import type { Settings } from './core/settings.ts';
import type { PersistedSeries } from './metrics/persisted.ts';

/** An inbox with the settings in force there. */
export interface SettledInbox { readonly id: string; readonly settings: Settings }

/** Targets, objectives, goals and limits: of each inbox that is configured, and of the workspace for all others. */
export function promised(series: Pick<PersistedSeries, 'setGauges'>, workspace: Settings, inboxes: readonly SettledInbox[]): void {
  series.setGauges('chat_sla_target_seconds', inboxes.flatMap(({ id, settings }) => [
    { labels: { sla: 'first_response', inbox: id }, value: settings.slaFirstResponseSeconds }, { labels: { sla: 'resolution', inbox: id }, value: settings.slaResolutionSeconds }]));
  series.setGauges('chat_sla_objective_ratio', [
    { labels: { sla: 'first_response' }, value: workspace.firstResponseObjectiveRatio }, { labels: { sla: 'resolution' }, value: workspace.resolutionObjectiveRatio }]);
  series.setGauges('chat_goal_ratio', [
    ...[{ id: '', settings: workspace }, ...inboxes].flatMap(({ id, settings }) => [
      { labels: { goal: 'csat', inbox: id }, value: settings.csatGoalRatio }, { labels: { goal: 'failure', inbox: id }, value: settings.failureLimitRatio }]),
    { labels: { goal: 'utilisation', inbox: '' }, value: workspace.utilisationLimitRatio },
  ]);
}
