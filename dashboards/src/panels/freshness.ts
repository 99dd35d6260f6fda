/** How old the figures of a page are, in one small panel every dashboard has on its first screen. */
import { stat } from '../kinds/stat.ts';
import { runbook, toPlainDashboard } from '../links.ts';
import type { Panel } from '../panel.ts';
import { orUnknown } from '../promql.ts';
import { UNITS } from '../style.ts';
import { SILENT_SECONDS } from '../targets.ts';

export const dataAge = (): Panel => stat({
  title: 'How fresh is this?', of: 'now', unit: UNITS.seconds, noValue: 'no data', kpis: ['L'],
  description: 'Age of the newest event of any source; of the scheduled computation that is latest against its plan, as a multiple of its interval; and for '
    + 'how long of the chosen time a source was blind. Seconds to minutes, below 2 × and no blind time is normal. Otherwise the figures on this page are too '
    + 'low or old: pipeline health says why.',
  links: [toPlainDashboard('msg-pipeline', 'Pipeline health'), runbook('SourceSilent'), runbook('RollupStale')],
  // Of this instant: over months, the last point of a range lies up to a day back.
  queries: [
    { legend: 'newest event', expr: orUnknown('min(time() - (chat_source_last_event_timestamp_seconds > 0))'), instant: true, decimals: 0, color: { base: 'good', steps: [[SILENT_SECONDS, 'warn'], [4 * SILENT_SECONDS, 'bad']] } },
    { legend: 'of its plan', expr: orUnknown('max((time() - (chat_rollup_last_success_timestamp_seconds > 0)) / on (rollup) chat_rollup_interval_seconds)'), unit: UNITS.times, instant: true, decimals: 1,
      color: { base: 'good', steps: [[2, 'warn'], [4, 'bad']] } },
    { legend: 'blind', expr: 'sum(increase(chat_blind_seconds_total[$__range]))', instant: true, decimals: 0, color: { base: 'good', steps: [[1, 'bad']] } },
  ],
});
