/**
 * News about the account: templates, numbers, limits. Words from closed lists only; templates' names and texts stay out.
 * https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview#fields
 */
import { isRecord, record, wordOf } from './json.ts';
import type { Json } from './json.ts';
import type { HealthNote } from './source.ts';

interface Topic { readonly topic: string; readonly word: (value: Json) => unknown; readonly states: ReadonlySet<string> }

const topic = (name: string, word: Topic['word'], states: string): Topic => ({ topic: name, word, states: new Set(states.split(' ')) });

const CATEGORIES = 'authentication marketing utility';

/** Conversations a business may begin in 24 hours: a tier, or its number. */
const TIERS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [50, 'tier_50'], [250, 'tier_250'], [1_000, 'tier_1k'], [2_000, 'tier_2k'], [10_000, 'tier_10k'], [100_000, 'tier_100k'], [-1, 'tier_unlimited'],
]);

const TOPICS: ReadonlyMap<string, Topic> = new Map([
  ['message_template_status_update', topic('template_status', (value) => value['event'],
    'approved archived deleted disabled flagged in_appeal limit_exceeded locked paused pending pending_deletion reinstated rejected')],
  ['message_template_quality_update', topic('template_quality', (value) => value['new_quality_score'], 'green yellow red unknown')],
  ['template_category_update', topic('template_category', (value) => value['correct_category'] ?? value['new_category'], CATEGORIES)],
  ['phone_number_quality_update', topic('number_quality', (value) => value['event'],
    'onboarding throughput_upgrade flagged unflagged upgrade downgrade')],
  ['phone_number_name_update', topic('number_name', (value) => value['decision'], 'approved rejected deferred pending')],
  ['account_update', topic('account', (value) => value['event'],
    'account_deleted account_restriction account_violation account_offboarded account_reconnected ad_account_linked auth_intl_price_eligibility_update '
    + 'business_primary_location_country_update disabled_update mm_lite_terms_signed partner_added partner_removed partner_app_installed '
    + 'partner_app_uninstalled partner_client_certification_status_update verified_account volume_based_pricing_tier_update')],
  ['account_alerts', topic('account_alert', (value) => record(value['alert_info'])['alert_severity'], 'critical warning informational')],
  ['account_review_update', topic('account_review', (value) => value['decision'], 'approved rejected pending deferred')],
  ['business_capability_update', topic('messaging_limit',
    (value) => TIERS.get(value['max_daily_conversations_per_business'] ?? value['max_daily_conversation_per_phone']) ?? value['max_daily_conversations_per_business'],
    'tier_50 tier_250 tier_1k tier_2k tier_10k tier_100k tier_unlimited tier_not_set')],
  ['security', topic('security', (value) => value['event'], 'pin_changed pin_reset_request pin_request_success')],
]);

/** The note in a change of this field; undefined when the field brings none. */
export function healthOf(field: string, value: Json): HealthNote | undefined {
  // One of Meta's examples sends the quality score under the status field.
  const found = TOPICS.get(field === 'message_template_status_update' && 'new_quality_score' in value ? 'message_template_quality_update' : field);
  if (!found) return undefined;
  const state = wordOf(found.word(value))?.toLowerCase() ?? 'other';
  return { topic: found.topic, state: found.states.has(state) ? state : 'other' };
}

/** Errors of the whole change: rate limits, tokens. One note each, by code. */
export function errorNotes(errors: readonly unknown[]): readonly HealthNote[] {
  return errors.filter(isRecord).map((error) => {
    const code = wordOf(error['code']);
    return { topic: 'error', state: code !== undefined && /^\d{1,7}$/.test(code) ? code : 'other' };
  });
}
