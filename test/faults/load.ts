import { Agent, request } from 'node:http';
import { pseudonymOf } from '../../exporter/ingest/pseudonym.ts';
import { LUMEN_HOME } from '../../exporter/simulator/business.ts';
import type { Person } from '../../exporter/simulator/people.ts';
import { signedHeaders } from '../../exporter/simulator/sign.ts';
import { echoBody, inboundBody } from '../../exporter/simulator/whatsapp-bodies.ts';
import { PSEUDONYM_KEY, SECRETS } from './exporter.ts';

/** The connection broke before an answer came. */
export const NO_ANSWER = 0;
/** Nobody took the connection: refused, or still new when whoever listened closed. */
export const NOT_THERE = -1;
/** A number and a text that must not be seen anywhere again. */
export const PLANTED = { phone: '49176040690', text: 'planted-customer-words', name: 'Planted Customer', email: 'planted.customer@example.org' };

/** Few enough that batches of two exporters meet in the same conversation. */
const BUSY_CUSTOMERS = 61;
const LINE = LUMEN_HOME.inboxes.find((inbox) => inbox.kind === 'line')!;

export interface Message { readonly source: 'whatsapp' | 'chatwoot'; readonly id: string; readonly body: string }

/** What was sent and how it was answered. */
export interface Tally {
  /** The messages that got a 200, by their provider's id. */
  readonly acked: Map<string, Message>;
  /** Those without one: the provider would send them again. */
  readonly open: Map<string, Message>;
  readonly statuses: Map<number, number>;
}

export const newTally = (): Tally => ({ acked: new Map(), open: new Map(), statuses: new Map() });

/** A message to or from one of a few customers, with an id of its own. */
export function whatsappMessage(run: string, n: number): Message {
  const customer = n % BUSY_CUSTOMERS;
  const phone = `${PLANTED.phone}${String(customer).padStart(2, '0')}`;
  return talk({ country: 'DE', language: 'de', name: PLANTED.name, phone, userId: `DE.${customer}`, username: undefined }, `wamid.${run}.${n}`, n % 3 === 2);
}

/** Even numbers ask, the odd number after them answers; every pair is a customer of its own, so that no fact is ever corrected. */
export function whatsappPair(run: string, n: number): Message {
  const who: Person = { country: 'DE', language: 'de', name: PLANTED.name, phone: '', userId: `DE.${run}.${n >> 1}`, username: 'planted.username' };
  return talk(who, `wamid.${run}.${n}`, n % 2 === 1);
}

function talk(who: Person, id: string, isReply: boolean): Message {
  const body = isReply ? echoBody(LUMEN_HOME, LINE, who, id, Date.now(), PLANTED.text)
    : inboundBody(LUMEN_HOME, LINE, who, id, Date.now(), { type: 'text', text: { body: PLANTED.text } });
  return { source: 'whatsapp', id, body };
}

export function chatwootMessage(n: number): Message {
  const sender = { id: 700 + (n % 20), name: PLANTED.name, email: null, phone_number: `+${PLANTED.phone}07`, type: 'contact' };
  const conversation = { id: 4_000 + (n % 20), inbox_id: 5, channel: 'Channel::WebWidget', status: 'open', messages: [], labels: [], meta: { sender, assignee: null, team: null }, contact_inbox: { contact_id: sender.id } };
  const body = {
    event: 'message_created', id: 90_000 + n, message_type: 'incoming', content_type: 'text', content: PLANTED.text, content_attributes: {}, private: false,
    created_at: new Date().toISOString(), account: { id: 1, name: 'Lumen' }, inbox: { id: 5, name: 'Chat' }, sender, conversation,
  };
  return { source: 'chatwoot', id: String(90_000 + n), body: JSON.stringify(body) };
}

/** The id under which a message is stored. */
export const storedId = ({ source, id }: Message): string => pseudonymOf(PSEUDONYM_KEY, 'message', source, id);

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** The status, `NO_ANSWER` or `NOT_THERE`, and the text of the answer. */
export function exchange(port: number, path: string, headers: Readonly<Record<string, string>>, body: string | Uint8Array): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    let text = '';
    const broken = (error: NodeJS.ErrnoException): void => resolve({ status: sent.reusedSocket && error.code !== 'ECONNREFUSED' ? NO_ANSWER : NOT_THERE, text });
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', agent, timeout: 20_000, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => {
      response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
      response.once('end', () => resolve({ status: response.statusCode ?? NO_ANSWER, text })).once('error', broken);
    });
    sent.once('error', broken).once('timeout', () => sent.destroy(new Error('no answer')));
    sent.end(body);
  });
}

export const post = async (...given: Parameters<typeof exchange>): Promise<number> => (await exchange(...given)).status;

/** Posts one message, signed now as its provider does, and writes the answer down. */
export async function deliver(port: number, message: Message, tally: Tally): Promise<number> {
  const status = await post(port, `/webhooks/${message.source}`, signedHeaders(message, SECRETS, Date.now()), message.body);
  tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1);
  if (status === 200) {
    tally.acked.set(message.id, message);
    tally.open.delete(message.id);
  } else if (!tally.acked.has(message.id)) tally.open.set(message.id, message);
  return status;
}

/**
 * Posts messages from `next` over several connections until `stop` is called; it resolves when the last answer is there.
 * @param pauseMs between two messages of a connection
 */
export function load(next: (n: number) => Message, to: (message: Message) => readonly number[], tally: Tally, connections = 8, pauseMs = 0): { stop(): Promise<void> } {
  let running = true;
  let n = 0;
  const worker = async (): Promise<void> => {
    while (running) {
      const message = next(n++);
      const answers = await Promise.all(to(message).map((port) => deliver(port, message, tally)));
      if (pauseMs > 0) await pause(pauseMs);
      else if (answers.some((status) => status !== 200)) await pause(20); // a refused sender does not spin
    }
  };
  const workers = Promise.all(Array.from({ length: connections }, worker));
  return { async stop() { running = false; await workers; } };
}

/** Sends what has no 200 yet again, as providers do, and the last of what has one: its answer may have been lost on the way. */
export async function redeliver(port: number, tally: Tally): Promise<void> {
  const waiting = [...tally.open.values(), ...[...tally.acked.values()].slice(-50)];
  for (let from = 0; from < waiting.length; from += 32) await Promise.all(waiting.slice(from, from + 32).map((message) => deliver(port, message, tally)));
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });
