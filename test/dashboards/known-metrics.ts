/** Every series a panel may name, with its labels; `[…]` are all values a label can have. */
export interface KnownMetric { readonly type: 'counter' | 'gauge' | 'histogram'; readonly labels: Readonly<Record<string, readonly string[] | 'open'>> }

const CHANNEL_INBOX = { channel: 'open', inbox: 'open' } as const;
const SLA = ['first_response', 'resolution'] as const;
const AUTHORS = ['agent', 'bot', 'automation', 'campaign', 'system'] as const;
const counter = (labels: KnownMetric['labels']): KnownMetric => ({ type: 'counter', labels });
const gauge = (labels: KnownMetric['labels']): KnownMetric => ({ type: 'gauge', labels });
const histogram = (labels: KnownMetric['labels']): KnownMetric => ({ type: 'histogram', labels });

const EXPORTER: Readonly<Record<string, KnownMetric>> = {
  chat_conversations_waiting: gauge(CHANNEL_INBOX),
  chat_conversations_overdue: gauge(CHANNEL_INBOX),
  chat_conversations_open: gauge(CHANNEL_INBOX),
  chat_conversations_unassigned: gauge(CHANNEL_INBOX),
  chat_oldest_wait_seconds: gauge(CHANNEL_INBOX),
  chat_inbox_open: gauge({ inbox: 'open' }),
  chat_sla_results_total: counter({ sla: SLA, inbox: 'open', result: ['met', 'missed'] }),
  chat_sla_target_seconds: gauge({ sla: SLA, inbox: 'open' }),
  chat_sla_objective_ratio: gauge({ sla: SLA }),
  chat_messages_total: counter({ ...CHANNEL_INBOX, direction: ['inbound', 'outbound'], author: [...AUTHORS, 'contact'] }),
  chat_message_status_total: counter({ ...CHANNEL_INBOX, author: AUTHORS, status: ['sent', 'failed', 'delivered', 'read'] }),
  chat_message_attempts_total: counter({ ...CHANNEL_INBOX, author: AUTHORS }),
  chat_message_failures_total: counter({ ...CHANNEL_INBOX, code: 'open' }),
  chat_conversations_opened_total: counter({ ...CHANNEL_INBOX, initiator: 'open', episode: ['first', 'reopened'] }),
  chat_conversations_closed_total: counter({ ...CHANNEL_INBOX, initiator: 'open', outcome: 'open', episode: ['first', 'reopened'], bot: ['none', 'involved', 'escalated'] }),
  chat_first_response_seconds: histogram({ ...CHANNEL_INBOX, episode: ['first', 'reopened'] }),
  chat_response_seconds: histogram(CHANNEL_INBOX),
  chat_resolution_seconds: histogram({ ...CHANNEL_INBOX, by: ['agent', 'bot'] }),
  chat_handoffs_total: counter(CHANNEL_INBOX),
  chat_transfers_total: counter(CHANNEL_INBOX),
  chat_csat_responses_total: counter({ inbox: 'open', score: ['1', '2', '3', '4', '5'] }),
  chat_source_last_event_timestamp_seconds: gauge({ source: 'open' }),
  chat_blind_seconds_total: counter({ source: 'open' }),
  chat_events_total: counter({ source: 'open', kind: 'open', result: ['accepted', 'duplicate', 'late', 'future', 'rejected'] }),
};

/** What Prometheus itself and the process add. Alerts carry the labels of their rules. */
const SURROUNDINGS: Readonly<Record<string, KnownMetric>> = {
  up: gauge({ job: 'open', instance: 'open' }),
  ALERTS: gauge({ alertname: 'open', alertstate: ['firing', 'pending'], severity: ['critical', 'warning', 'info', 'none'], inbox: 'open', channel: 'open', source: 'open' }),
  ALERTS_FOR_STATE: gauge({ alertname: 'open', severity: ['critical', 'warning', 'info', 'none'], inbox: 'open', channel: 'open', source: 'open' }),
  process_start_time_seconds: gauge({ job: 'open', instance: 'open' }),
};

export const KNOWN_METRICS: Readonly<Record<string, KnownMetric>> = { ...EXPORTER, ...SURROUNDINGS };
