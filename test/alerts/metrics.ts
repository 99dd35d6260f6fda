/**
 * What rules may name until the exporter's own definitions are read here instead: metric → label → its closed set of values, or
 * undefined where the set is open. Every series may carry `instance` and `job` as well.
 */
export const knownMetrics: Readonly<Record<string, Readonly<Record<string, readonly string[] | undefined>>>> = {
  up: {},
  process_start_time_seconds: {},
  chat_conversations_waiting: { channel: undefined, inbox: undefined },
  chat_conversations_overdue: { channel: undefined, inbox: undefined },
  chat_conversations_open: { channel: undefined, inbox: undefined },
  chat_conversations_unassigned: { channel: undefined, inbox: undefined },
  chat_oldest_wait_seconds: { channel: undefined, inbox: undefined },
  chat_inbox_open: { inbox: undefined },
  chat_sla_results_total: { sla: ['first_response', 'resolution'], inbox: undefined, result: ['met', 'missed'] },
  chat_sla_target_seconds: { sla: ['first_response', 'resolution'], inbox: undefined },
  chat_sla_objective_ratio: { sla: ['first_response', 'resolution'] },
  chat_messages_total: { channel: undefined, inbox: undefined, direction: ['inbound', 'outbound'], author: undefined },
  chat_message_failures_total: { channel: undefined, inbox: undefined, code: undefined },
  chat_message_attempts_total: { channel: undefined, inbox: undefined, author: undefined },
  chat_events_total: { source: undefined, kind: undefined, result: ['accepted', 'duplicate', 'late', 'future', 'rejected'] },
  chat_source_last_event_timestamp_seconds: { source: undefined },
  chat_source_expected: { source: undefined },
  chat_first_response_seconds: { channel: undefined, inbox: undefined, episode: ['first', 'reopened'], le: undefined },
  chat_rollup_last_success_timestamp_seconds: { rollup: undefined },
  chat_rollup_interval_seconds: { rollup: undefined },
  chat_trace_outbox_oldest_age_seconds: {},
  replywatch_build_info: { version: undefined, revision: undefined, node: undefined },
  replywatch_webhook_requests_total: { source: undefined, outcome: ['accepted', 'ignored', 'duplicate', 'rejected', 'unavailable', 'too_large'], reason: undefined },
  replywatch_ingest_queue_events: {},
  replywatch_ingest_queue_limit_events: {},
  replywatch_store_errors_total: { reason: undefined },
  replywatch_leader: {},
  replywatch_spool_events: {},
};
