/**
 * Events of a `messaging` or `standby` list, for Messenger and Instagram alike. The kind is the name of the key that is there.
 * https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
 */
import { nameOf } from './findings.ts';
import { idOf, isRecord, list, record, textOf, timeOf } from './json.ts';
import { idFor, talkOf } from './messaging-line.ts';
import type { Account, Talk } from './messaging-line.ts';
import { PAGE_INBOX, readMessage, readPostback, referralOf } from './messaging-message.ts';
import type { MetaItem } from './meta.ts';

const READERS: readonly (readonly [string, (talk: Talk) => void])[] = [
  ['message', readMessage], ['postback', readPostback], ['message_edit', readEdit], ['reaction', readReaction], ['delivery', readDelivery], ['read', readSeen],
  ['pass_thread_control', readControl], ['take_thread_control', readControl], ['referral', readReferral], ['optin', readOptin], ['messaging_feedback', readFeedback],
];

/** Known, and no part of what was said. `response_feedback` judges single answers of a bot. */
const IGNORED = [
  'account_linking', 'app_roles', 'request_thread_control', 'message_request', 'prior_message', 'response_feedback', 'game_play', 'payment', 'pre_checkout', 'checkout_update',
  'typing', 'message_context',
];

const ENVELOPE: ReadonlySet<string> = new Set(['sender', 'recipient', 'timestamp', ...READERS.map(([key]) => key), ...IGNORED]);

/** Reads one item; what concerns the account and nobody in particular is a note. */
export function readMessaging(account: Account, meta: MetaItem): void {
  const { found } = account;
  const policy = meta.value['policy_enforcement'] ?? meta.value['policy-enforcement'];
  if (isRecord(policy)) return void found.health.push({ topic: 'policy', state: POLICIES.has(policy['action']) ? String(policy['action']) : 'other' });
  const read = READERS.find(([key]) => isRecord(meta.value[key]))?.[1];
  if (read === undefined) {
    const left = IGNORED.find((key) => Object.hasOwn(meta.value, key));
    if (left !== undefined) found.ignored.push(left);
    else found.unknown.push(nameOf(Object.keys(meta.value).find((key) => !ENVELOPE.has(key))));
    return;
  }
  const talk = talkOf(account, meta);
  // Nobody can be asked nor written to: an opt-in of no one moves nothing.
  if (talk === 'sender.id' && read === readOptin) found.ignored.push('optin');
  else if (typeof talk === 'string') found.malformed.push(talk);
  else read(talk);
}

const POLICIES: ReadonlySet<unknown> = new Set(['warning', 'block', 'unblock']);

function readEdit(talk: Talk): void {
  const edit = record(talk.item['message_edit']);
  const mid = idOf(edit['mid']);
  if (mid === undefined) return void talk.found.malformed.push('message_edit.mid');
  talk.found.events.push({ ...talk.at, id: `${mid}:edit:${idOf(edit['num_edit']) ?? talk.t}`, kind: 'message.edited', message: mid });
}

function readReaction(talk: Talk): void {
  const reaction = record(talk.item['reaction']);
  if (reaction['action'] === 'unreact') return void talk.found.ignored.push('reaction_removed');
  talk.found.events.push({ ...talk.at, id: idFor(talk, 'reaction', idOf(reaction['mid'])), kind: 'reaction.added', by: talk.isOurs ? 'agent' : 'contact' });
}

/** The watermark is always there and covers what the list of ids leaves out. */
function readDelivery(talk: Talk): void {
  const delivery = record(talk.item['delivery']);
  const mids = list(delivery['mids']);
  for (const id of mids) {
    const mid = idOf(id);
    if (mid === undefined) talk.found.malformed.push('delivery.mids');
    else talk.found.events.push({ ...talk.at, id: `${mid}:delivered`, kind: 'message.status', message: mid, status: 'delivered' });
  }
  if (!pushWatermark(talk, 'delivered', delivery['watermark']) && mids.length === 0) talk.found.malformed.push('delivery.watermark');
}

/** Messenger names a time up to which all was read, Instagram the message. */
function readSeen(talk: Talk): void {
  const read = record(talk.item['read']);
  const mid = idOf(read['mid']);
  if (mid !== undefined) talk.found.events.push({ ...talk.at, id: `${mid}:read`, kind: 'message.status', message: mid, status: 'read' });
  else if (!pushWatermark(talk, 'read', read['watermark'])) talk.found.malformed.push('read.watermark');
}

function pushWatermark(talk: Talk, status: 'delivered' | 'read', given: unknown): boolean {
  const upTo = timeOf(given);
  if (upTo === undefined) return false;
  talk.found.events.push({ ...talk.at, id: idFor(talk, 'watermark', status, upTo), kind: 'message.watermark', status, upTo });
  return true;
}

/**
 * Page Inbox is people. Who passes control gives up, in Meta's model a bot that needs them; software that takes it back ends that.
 * https://developers.facebook.com/docs/messenger-platform/handover-protocol
 */
function readControl(talk: Talk): void {
  const { pass_thread_control: passed, take_thread_control: taken } = talk.item;
  const control = record(passed ?? taken);
  const [before, after] = [idOf(control['previous_owner_app_id']), idOf(control['new_owner_app_id'])];
  const id = idFor(talk, 'control', before, after);
  if (after !== PAGE_INBOX && before === PAGE_INBOX) talk.found.events.push({ ...talk.at, id, kind: 'conversation.assigned', toType: 'bot', toId: after ?? 'app' });
  else if (after === PAGE_INBOX || passed !== undefined) talk.found.events.push({ ...talk.at, id, kind: 'conversation.handoff', by: 'bot' });
  else talk.found.ignored.push('take_thread_control');
}

/** Opened again through an ad, a link or a code, and nothing said yet. */
function readReferral(talk: Talk): void {
  talk.found.events.push({ ...talk.at, id: idFor(talk, 'referral'), kind: 'link.clicked', link: `referral:${referralOf(talk.item['referral']) ?? 'other'}` });
}

/** Agreeing to marketing messages, or stopping them. Other plugins only open a conversation. */
function readOptin(talk: Talk): void {
  const optin = record(talk.item['optin']);
  if (optin['type'] !== 'notification_messages') return void talk.found.ignored.push('optin');
  const isStop = textOf(optin['notification_messages_status'])?.startsWith('STOP') ?? false;
  talk.found.events.push({ ...talk.at, id: idFor(talk, 'optin', String(isStop)), kind: isStop ? 'consent.revoked' : 'consent.granted', purpose: 'marketing' });
}

/** Answers to the customer feedback template. https://developers.facebook.com/docs/messenger-platform/send-messages/templates/customer-feedback-template */
function readFeedback(talk: Talk): void {
  const before = talk.found.events.length;
  for (const screen of list(record(talk.item['messaging_feedback'])['feedback_screens']).filter(isRecord)) {
    for (const [name, question] of Object.entries(record(screen['questions']))) {
      const { type, payload } = record(question);
      const score = typeof payload === 'string' && /^\d{1,2}$/.test(payload) ? Number(payload) : NaN;
      if ((type !== 'csat' || !(score >= 1 && score <= 5)) && (type !== 'nps' || !(score <= 10))) continue;
      const id = idFor(talk, 'feedback', name.slice(0, 64), type);
      talk.found.events.push({ ...talk.at, id, kind: 'survey.answered', survey: id, type, score });
    }
  }
  if (talk.found.events.length === before) talk.found.ignored.push('messaging_feedback');
}
