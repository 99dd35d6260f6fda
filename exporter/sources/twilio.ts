/**
 * Twilio: Programmable Messaging (forms), Conversations (forms) and Event Streams (CloudEvents as JSON), at one address. The same message
 * has the same SID in Messaging and in Event Streams and is one message; in Conversations it has another one.
 * https://www.twilio.com/docs/messaging/guides/webhook-request · https://www.twilio.com/docs/events
 */
import { nameOf, noFindings } from './findings.ts';
import { formFields } from './form.ts';
import { isRecord, parseItems } from './json.ts';
import type { Parsed, Reply, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';
import { readConversation } from './twilio-conversations.ts';
import { dataFields } from './twilio-fields.ts';
import { readMessaging } from './twilio-messaging.ts';
import type { Line } from './twilio-messaging.ts';
import { verifyTwilio } from './twilio-signature.ts';

export const twilio: SourceAdapter = {
  id: 'twilio',
  title: 'Twilio',
  secrets: [{ name: 'auth_token', required: true, help: 'Primary auth token of the account (Console > Account info): signs every webhook. A subaccount has its own' }],
  retries: false,
  hasResolution: false,
  feeds: { messages: 'yes', replies: 'yes', agents: 'partly', receipts: 'yes', resolution: 'partly' },
  verify: verifyTwilio,
  parse,
  reply,
};

const NOTHING: Reply = { type: 'text/plain; charset=utf-8', body: '' };
const NO_ANSWER: Reply = { type: 'text/xml', body: '<Response/>' };

/** What is said in answer to a message is sent to the customer, unless it is an empty TwiML document; elsewhere only nothing is nothing. */
function reply({ body }: WebhookRequest): Reply {
  return isJson(body) || /(^|&)EventType=on/.test(textOf(body)) ? NOTHING : NO_ANSWER;
}

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const found = noFindings();
  const line: Line = { source, receivedAt: request.receivedAt, found };
  if (isJson(request.body)) {
    for (const event of parseItems(request.body)) readStreamed(line, event);
    return found;
  }
  const fields = formFields(textOf(request.body));
  const type = fields.get('EventType');
  // `EventType` is `READ` or `DELIVERED` in receipts of WhatsApp.
  if (type?.startsWith('on')) readConversation(line, type, fields);
  else if (['MessageSid', 'SmsMessageSid', 'SmsSid'].some((name) => fields.has(name))) readMessaging(line, fields);
  else throw new SyntaxError('the body is no form of Twilio');
  return found;
}

const textOf = (body: Uint8Array): string => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');

/** Brackets and braces are escaped in forms. */
const isJson = (body: Uint8Array): boolean => /^\s*[[{]/.test(Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, 64)).toString('latin1'));

/** `com.twilio.conversations.message.added` is `onMessageAdded` in forms. */
function readStreamed(line: Line, event: unknown): void {
  if (!isRecord(event)) return void line.found.malformed.push('event');
  const [, product, subject, verb] = /^com\.twilio\.([a-z]+)\.(?:([a-z-]+)\.)?([a-z-]+)$/.exec(typeof event['type'] === 'string' ? event['type'] : '') ?? [];
  const fields = new Map([...(typeof event['time'] === 'string' ? [['Timestamp', event['time']] as const] : []), ...dataFields(event['data'])]);
  if (product === 'messaging' && subject === 'inbound-message' && verb === 'received') {
    fields.delete('MessageStatus');
    readMessaging(line, fields);
  } else if (product === 'messaging' && subject === 'message' && verb !== undefined) {
    readMessaging(line, new Map([...fields, ['MessageStatus', fields.get('MessageStatus') ?? verb]]));
  } else if (product === 'conversations' && subject !== undefined && verb !== undefined) {
    readConversation(line, `on${capital(subject)}${capital(verb)}`, fields);
  } else if (product === 'eventstreams') line.found.ignored.push('test_event');
  else line.found.unknown.push(nameOf(product === undefined ? undefined : `${product}.${subject ?? ''}.${verb ?? ''}`.replaceAll('-', '_')));
}

const capital = (words: string): string => words.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
