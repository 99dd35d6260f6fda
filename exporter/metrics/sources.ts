import type { Gauge } from './metric.ts';

/** The connections to providers. */
export const SOURCE_GAUGES: readonly Gauge[] = [
  { type: 'gauge', name: 'chat_source_last_event_timestamp_seconds', labels: ['source'], merge: 'max', help: 'Time of the newest event of a source, Unix time.' },
  { type: 'gauge', name: 'chat_source_expected', labels: ['source'], merge: 'max', help: 'Whether a source is configured and events are expected of it: 1 or 0.' },
  { type: 'gauge', name: 'chat_source_info', labels: ['source', 'kind'], merge: 'max', help: 'The provider behind a source; always 1.' },
  { type: 'gauge', name: 'chat_inbox_info', labels: ['inbox', 'name'], merge: 'max', help: 'What an inbox is called in the configuration, its id where it has no name; always 1.' },
];
