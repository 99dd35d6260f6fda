/** What a query must name to be about a definition of docs/kpis.md. */
import type { Kpi } from '../../dashboards/src/kpis.ts';

const TOPIC = /\btopic\b|dimension = 'topic'/;

/**
 * A panel that shows a figure has a query with one of its patterns, and each pattern is in some panel: a second pattern is a part of the definition
 * that could be forgotten, or its name in the views beside that in the metrics.
 */
export const KPI_QUERIES: Readonly<Record<Kpi, readonly RegExp[]>> = {
  A1: [/chat_first_response_seconds_bucket/, /\bfrt_seconds\b/, /filter \(where responses\.first\)/], A2: [/chat_first_response_business_seconds_bucket/], A3: [/chat_first_response_total_seconds_bucket/, /\bfrt_total_seconds\b/],
  A4: [/chat_bot_first_response_seconds_bucket/, /\bbot_(frt|first_response)_seconds\b/], A5: [/\bfirst_any_response_seconds\b/],
  A6: [/chat_response_seconds_bucket/, /\b(responses\.seconds|response_seconds)\b/], A7: [/not responses\.first\b/], A8: [/chat_queue_seconds_bucket/, /\bqueue_seconds\b/],
  A9: [/\bassign_to_response_seconds\b/],
  A10: [/inbox_sla_result:chat_sla_results:rate5m\{[^}]*sla="first_response"/, /chat_sla_results_total\{[^}]*sla="first_response"/, /chat_sla_objective_ratio/, /\bsla_first_response\b/, /\bfirst_response_missed\b/],
  A11: [/chat_conversations_open/, /chat_conversations_waiting/, /chat_conversations_unassigned/, /chat_conversations_overdue/, /chat_oldest_wait_seconds/, /reporting\.waiting/],
  B1: [/chat_resolution_seconds_bucket/, /\bresolution_seconds\b/], B2: [/chat_resolution_business_seconds_bucket/], B3: [/\bhuman_resolution_seconds\b/], B4: [/\bworking_resolution_seconds\b/],
  B5: [/\bfull_resolution_seconds\b/], B6: [/by \(outcome\) .*chat_conversations_closed_total/], B7: [/chat_reopens_total/, /issue_episodes\.reopened/],
  B8: [/\bfirst_contact\b/, /issues\.episodes = 1/], B9: [/issue_days\.repeated/, /issues\.episodes > 1/], B10: [/\bone_touch\b/],
  B11: [/chat_sla_results_total\{[^}]*sla="resolution"/, /by \(age\) \(chat_backlog_conversations\{assigned="true"/, /by \(age\) \(chat_backlog_conversations\{assigned="false"/],
  C1: [/chat_conversations_opened_total/, /hourly\.opened/], C2: [/chat_messages_total/], C3: [/extract\(hour from .*hourly(_by)?\.opened|hourly(_by)?\.opened.*extract\(hour from/s],
  C4: [TOPIC], C5: [/\bconversation_length_seconds\b/], C6: [/\bengaged_seconds\b/],
  C7: [/chat_forecast_conversations/, /chat_forecast_error_ratio/, /chat_agents_needed/, /reporting\.(forecast|staffing)/, /chat_messages_total.*offset 4w/, /forecast\.anomaly/],
  D1: [/inbox:chat_csat_satisfied_per_responses:ratio_increase7d/, /surveys\.type = 'csat'.*surveys\.score|surveys\.score.*surveys\.type = 'csat'/s], D2: [/surveys\.failed/], D3: [/surveys\.type = 'nps'/],
  D4: [/chat_sentiment_messages_total/, /\bnegative\b.*\bscored\b/s, /messages\.sentiment/], D5: [/chat_negative_overdue_conversations/, /reporting\.negative_episodes/],
  E1: [/closed_total\{[^}]*"missed\|abandoned"\}.*\/ .*closed_total\{[^}]*"resolved_agent\|dropped\|missed\|abandoned"\}/, /^sum \(increase\(chat_conversations_closed_total\{[^}]*"resolved_agent\|dropped\|missed\|abandoned"\}/],
  E2: [/chat_unanswered_turns_total/], E3: [/flow_days\.abandoned/],
  F1: [/by \(bot\) .*chat_conversations_closed_total/, /\bbot_contained\b/], F2: [/\bbot_durable\b/, /issues\.first_outcome = 'resolved_bot'/],
  F3: [/chat_handoffs_total/, /by \(bot\) .*chat_conversations_closed_total/, /\bbot_escalated\b/, /episodes\.bot = 'escalated'/], F4: [/chat_bot_fallbacks_total/, /messages\.fallback/],
  G1: [/\bbusy_seconds\b/], G2: [/\bhandling_seconds\b/, /staffing\.agents_needed/], G3: [/chat_agent_open_conversations/, /\bowned_seconds\b/],
  G4: [/chat_transfers_total/, /episodes\.transfers/, /\btransferred\b/], G5: [/reporting\.responses/], G6: [/answer_consistency\.similarity/, /answer_consistency\.far_answers/, /reporting\.review_sample/],
  H1: [/chat_message_status_total\{[^}]*"delivered"/, /chat_message_failures_total/, /hourly\.(delivered|failed)/, /messages\.(status|delivered_at|error_code)/, /provider_templates\.delivered/],
  H2: [/chat_message_status_total\{[^}]*"read"/, /hourly\.read/, /messages\.status/, /provider_templates\.read/], H3: [/campaigns\.response_ratio/, /touches\.responded_at/],
  H4: [/reporting\.turns/], H5: [/reporting\.link_clicks/, /replywatch_link_requests_total/, /campaigns\.click_ratio/, /touches\.clicked_at/, /provider_templates\.clicked/], H6: [/campaigns\.conversion_ratio/, /touches\.converted_at/, /orders\.attributed/],
  H7: [/reporting\.ab_tests/], H8: [/chat_window_sends_total/, /chat_window_expiring_conversations/],
  I1: [/daily_activity\.mau/, /daily_activity\.stickiness/], I2: [/daily_activity\.new_contacts/], I3: [/cohorts\.retention_ratio/], I4: [/daily_activity\.churn_ratio/, /daily_activity\.lost_contacts/],
  I5: [/reporting\.lifetime_value_on/, /reporting\.customer_value/, /reporting\.orders/], I6: [/contacts\.country/, /contacts\.language/, /contacts\.origin/, /contacts\.deleted_at/],
  J1: [/costs\.cost/, /costs\.unpriced/, /provider_costs\.provider_cost/, /chat_message_cost_total/, /chat_window_sends_total/, /messages\.price_type/],
  J2: [/costs\.cost.*\bclosed\b|\bclosed\b.*costs\.cost/s, /money\.cost/], J3: [/money\.revenue/, /orders\.value/],
  K1: [/contacts\.consent\b/], K2: [/consent_days\.without_consent/, /contacts\.consent = 'revoked'/], K3: [/erasures\.(in_time|done_at)/],
  L: [/chat_(source|blind|rollup|events|ingest|trace|fact|rebuild)_/, /replywatch_/, /reporting\.(blind_intervals|recalculations)/, /\b(nodejs|process|scrape|prometheus|alertmanager|up\b|ALERTS)/],
};
