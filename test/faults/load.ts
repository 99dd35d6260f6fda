import { Agent, request } from 'node:http';
import { pseudonymOf } from '../../exporter/ingest/pseudonym.ts';
import { LUMEN_HOME } from '../../exporter/simulator/business.ts';
import type { Person } from '../../exporter/simulator/people.ts';
import { signedHeaders } from '../../exporter/simulator/sign.ts';
import { echoBody, inboundBody } from '../../exporter/simulator/whatsapp-bodies.ts';
import { PSEUDONYM_KEY, SECRETS } from './exporter.ts';

export const NO_ANSWER = 0;
/** A number and a text that must not be seen anywhere again. */
export const PLANTED = { phone: '49176040690', text: 'planted-customer-words', name: 'Planted Customer' };

const CONVERSATIONS = 61;
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
  const id = `wamid.${run}.${n}`;
  const who: Person = { country: 'DE', language: 'de', name: PLANTED.name, phone: `${PLANTED.phone}${String(n % CONVERSATIONS).padStart(2, '0')}`, userId: `DE.${n % CONVERSATIONS}`, username: undefined };
  const body = n % 3 === 2 ? echoBody(LUMEN_HOME, LINE, who, id, Date.now(), PLANTED.text)
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

/** The status, or `NO_ANSWER` when the connection broke first. */
export function post(port: number, path: string, headers: Readonly<Record<string, string>>, body: string | Uint8Array): Promise<number> {
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, path, method: 'POST', agent, timeout: 15_000, headers: { ...headers, 'content-length': Buffer.byteLength(body) } }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? NO_ANSWER)).once('error', () => resolve(NO_ANSWER));
    });
    sent.once('error', () => resolve(NO_ANSWER)).once('timeout', () => sent.destroy(new Error('no answer')));
    sent.end(body);
  });
}

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

/** Posts messages from `next` over several connections until `stop` is called; it resolves when the last answer is there. */
export function load(next: (n: number) => Message, to: (message: Message) => readonly number[], tally: Tally, connections = 8): { stop(): Promise<void> } {
  let running = true;
  let n = 0;
  const worker = async (): Promise<void> => {
    while (running) {
      const message = next(n++);
      const answers = await Promise.all(to(message).map((port) => deliver(port, message, tally)));
      if (answers.some((status) => status !== 200)) await pause(20); // a refused sender does not spin
    }
  };
  const workers = Promise.all(Array.from({ length: connections }, worker));
  return { async stop() { running = false; await workers; } };
}

/** Sends what has no 200 yet again, as providers do. */
export async function redeliver(port: number, tally: Tally): Promise<void> {
  const waiting = [...tally.open.values()];
  for (let from = 0; from < waiting.length; from += 32) await Promise.all(waiting.slice(from, from + 32).map((message) => deliver(port, message, tally)));
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });
