/** Signed WhatsApp webhooks, made before anything is timed: half inbound, a third echoes, the rest receipts of earlier echoes. */
import { createHmac } from 'node:crypto';

export interface TrafficOptions {
  readonly secret: string;
  /** How many conversations the events are spread over. */
  readonly conversations: number;
  /** Events in one webhook. */
  readonly events: number;
  /** Sets apart the conversations and messages of two traffics on one server; 0 by default, below 10. */
  readonly series?: number;
}

/** Gives the next `count` requests, whole HTTP/1.1 messages; no two events are the same and each conversation's time only moves forward. */
export type Traffic = (count: number) => readonly Buffer[];

const KINDS = ['inbound', 'echo', 'receipt', 'inbound', 'echo', 'inbound'] as const;
const LINE = { display_phone_number: '4930901820', phone_number_id: '106540352242922' };
/** As long as people write: a line or two, 77 characters on average. */
const TEXTS = [
  'Good morning! Could you tell me where my parcel is?',
  'The tracking page has said the same thing for four days now and nobody answers the phone, what is going on there?',
  'Yes, the one with the blue handle please',
  'I would like to send back the second pair, they are too small. How do I get the label and who pays for it?',
  'Thank you, that was quick!',
  'The lamp arrived broken again. I have sent you two pictures of it on Monday and have not heard back since, please look into it.',
  'Do you still have it in green, size 42?',
  'We have looked into it: it left the warehouse this morning and should be with you by Thursday at the latest.',
];
/**
 * Whole seconds, as the provider sends. Conversations begin now and run ahead of the clock (the server is told to tolerate that): begun in
 * the past, their targets would lapse at once, and what is measured would be the folding of late events.
 */
const STEP_SECONDS = 1;

export function createTraffic({ secret, conversations, events, series = 0 }: TrafficOptions): Traffic {
  const start = Math.floor(Date.now() / 1000);
  const steps = new Uint32Array(conversations);
  const lastEcho = new Array<string | undefined>(conversations);
  let serial = 0;
  let seed = 7;
  const change = (): object => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    const conversation = Math.floor((seed / 2 ** 32) * conversations);
    const step = steps[conversation]!++;
    const phone = String(491_510_000_000 + series * 1_000_000 + conversation);
    const message = `wamid.HBgMNDkxNTEwMDAwMDAwFQIAEhgUM0E${series}${String(serial++).padStart(14, '0')}A=`;
    const text = { body: TEXTS[serial % TEXTS.length] };
    const context = { from: LINE.display_phone_number, id: `wamid.HBgMNDkxNTEwMDAwMDAwFQIAERgSQjA${series}${String(serial).padStart(14, '0')}A=` };
    const timestamp = String(start + (step + 1) * STEP_SECONDS);
    const kind = KINDS[(step + conversation) % KINDS.length]!; // not all conversations begin alike
    const echo = lastEcho[conversation];
    if (kind === 'echo') {
      lastEcho[conversation] = message;
      return changeOf('smb_message_echoes', { message_echoes: [{ from: LINE.display_phone_number, to: phone, id: message, timestamp, type: 'text', text, context }] });
    }
    const user = `DE.${String(13_491_208_655_302_741_918n + BigInt(series * 1_000_000 + conversation))}`;
    const contacts = [{ profile: { name: `Customer ${conversation}` }, wa_id: phone, user_id: user }];
    if (kind === 'receipt' && echo !== undefined) {
      lastEcho[conversation] = undefined;
      const pricing = { billable: false, pricing_model: 'PMP', category: 'service', type: 'free_customer_service' };
      const origin = { id: `${serial}`.padStart(32, 'c'), origin: { type: 'service' }, expiration_timestamp: timestamp };
      return changeOf('messages', { contacts, statuses: [{ id: echo, status: 'delivered', timestamp, recipient_id: phone, conversation: origin, pricing }] });
    }
    return changeOf('messages', { contacts, messages: [{ from: phone, from_user_id: user, id: message, timestamp, type: 'text', text, context }] });
  };
  const request = (): Buffer => {
    const changes = Array.from({ length: events }, change);
    const body = Buffer.from(JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '102290129340398', changes }] }));
    const head = 'POST /webhooks/whatsapp HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nuser-agent: facebookexternalua\r\n'
      + `x-hub-signature-256: sha256=${createHmac('sha256', secret).update(body).digest('hex')}\r\ncontent-length: ${body.length}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), body]);
  };
  return (count) => Array.from({ length: count }, request);
}

const changeOf = (field: string, content: object): object => ({ field, value: { messaging_product: 'whatsapp', metadata: LINE, ...content } });
