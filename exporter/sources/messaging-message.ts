/** Messages of Messenger and Instagram, and what stands for one: postbacks of buttons and menus. */
import type { Author, Content, Payload } from '../core/event.ts';
import { idOf, isRecord, list, own, record, textOf } from './json.ts';
import type { Json } from './json.ts';
import { idFor } from './messaging-line.ts';
import type { Talk } from './messaging-line.ts';

/** Meta's own inbox, where people write: Page Inbox and Business Suite. https://developers.facebook.com/docs/messenger-platform/handover-protocol */
export const PAGE_INBOX = '263902037430900';

const CONTENT: ReadonlyMap<unknown, Content> = new Map<unknown, Content>([
  ['image', 'image'], ['video', 'video'], ['reel', 'video'], ['ig_reel', 'video'], ['audio', 'audio'], ['file', 'document'], ['location', 'location'],
  ['template', 'template'], ['like_heart', 'sticker'], ['appointment_booking', 'form'], ['unsupported_type', 'unsupported'],
]);

/** Where a conversation was entered from. */
const REFERRAL: ReadonlyMap<unknown, string> = new Map([
  ['ADS', 'ad'], ['SHORTLINK', 'link'], ['IGME_SOURCE_LINK', 'link'], ['CUSTOMER_CHAT_PLUGIN', 'website'], ['MESSENGER_CODE', 'code'], ['PARAMETRIC_CODE', 'code'],
  ['DISCOVER_TAB', 'discover'], ['DISCOVERY', 'discover'],
]);

/** A message of either end, or its withdrawal. */
export function readMessage(talk: Talk): void {
  const message = record(talk.item['message']);
  const mid = idOf(message['mid']);
  if (message['is_self'] === true) return void talk.found.ignored.push('is_self');
  if (mid === undefined) return void talk.found.malformed.push('message.mid');
  if (message['is_deleted'] === true) return void talk.found.events.push({ ...talk.at, id: `${mid}:deleted`, kind: 'message.deleted', message: mid });
  const [text, referral] = [textOf(message['text']), referralOf(message['referral'])];
  const content = contentOf(message);
  talk.found.events.push({
    ...talk.at, id: mid,
    ...(talk.isOurs ? outboundOf(talk, mid, content) : { kind: 'message.inbound', message: mid, content, ...(referral !== undefined && { referral }) }),
    ...(text !== undefined && { text }),
  });
}

/** A tapped button, menu entry or ice breaker: the customer said something. Older ones have no id. */
export function readPostback(talk: Talk): void {
  const postback = record(talk.item['postback']);
  const mid = idOf(postback['mid']) ?? idFor(talk, 'postback');
  const [text, referral] = [textOf(postback['title']), referralOf(postback['referral'])];
  talk.found.events.push({
    ...talk.at, id: mid, kind: 'message.inbound', message: mid, content: 'button', ...(referral !== undefined && { referral }), ...(text !== undefined && { text }),
  });
}

/** The kind of place only: an ad's id is for the ads manager, `ref` is free text. */
export function referralOf(given: unknown): string | undefined {
  if (!isRecord(given)) return undefined;
  return given['ad_id'] !== undefined ? 'ad' : REFERRAL.get(given['source']) ?? 'other';
}

/**
 * Who wrote for the business. In Meta's model people write in its inboxes and apps, which have no `app_id` or that of Page Inbox, and
 * software writes through an app; `metadata` lets the sender say better: `agent:31`, `bot`, `automation`, `campaign:spring`.
 */
function outboundOf(talk: Talk, mid: string, content: Content): Payload {
  const message = record(talk.item['message']);
  const outbound = { kind: 'message.outbound', message: mid, content } as const;
  const [, word, name] = /^(agent|bot|automation|campaign)(?::([\w.-]{1,64}))?$/.exec(textOf(message['metadata']) ?? '') ?? [];
  if (word !== undefined) {
    const isName = name !== undefined && !name.includes(talk.person);
    return { ...outbound, author: word as Author, ...(isName && (word === 'campaign' ? { campaign: name } : { authorId: name })) }; // one of the four above
  }
  const app = idOf(message['app_id']);
  return { ...outbound, author: app === undefined || app === PAGE_INBOX ? 'agent' : 'bot' };
}

function contentOf(message: Json): Content {
  if (message['is_unsupported'] === true) return 'unsupported';
  if (isRecord(message['quick_reply'])) return 'button';
  const attachment = list(message['attachments']).find(isRecord);
  if (message['sticker_id'] !== undefined || (attachment && own(record(attachment['payload']), 'sticker_id') !== undefined)) return 'sticker';
  if (attachment === undefined || (attachment['type'] === 'fallback' && textOf(message['text']) !== undefined)) return 'text'; // a link with its preview
  return CONTENT.get(attachment['type']) ?? 'other';
}
