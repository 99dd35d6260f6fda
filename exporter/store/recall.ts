/** Reads ahead what a batch will be folded with, while its events wait for their turn anyway. */
import { setImmediate as immediate } from 'node:timers/promises';
import type { CanonicalEvent } from '../core/event.ts';
import { knownMessages, type LogLine } from './batch.ts';
import type { Known } from './plan.ts';
import type { Recollection } from './recollection.ts';
import { plainArray, RECALL } from './statements.ts';
import type { Writer } from './writer.ts';

/** What a batch is folded with. */
export interface Recalled {
  readonly states: ReadonlyMap<string, NonNullable<ReturnType<Recollection['conversation']>>>;
  readonly known: Known;
  /** Messages of the batch that are taken for having no receipts yet: nobody remembers any. */
  readonly unseen: readonly string[];
}

/** From what is remembered alone; undefined when that is not enough. */
export function recollect(recollection: Recollection, groups: ReadonlyMap<string, readonly CanonicalEvent[]>): Recalled | undefined {
  const states = new Map<string, NonNullable<ReturnType<Recollection['conversation']>>>();
  const known: Known = new Map();
  const unseen: string[] = [];
  for (const [id, events] of groups) {
    const stored = recollection.conversation(id);
    if (stored === undefined) return undefined;
    if (stored) states.set(id, stored);
    for (const event of events) {
      if (event.kind !== 'message.status' && event.kind !== 'message.outbound') continue;
      const about = recollection.message(id, event.message);
      if (about) known.set(event.message, about);
      else if (event.kind === 'message.outbound') unseen.push(event.message);
      else if (about === undefined) return undefined;
    }
  }
  return { states, known, unseen };
}

interface Wanted { readonly conversations: Set<string>; readonly messages: Map<string, string>; readonly done: Promise<void> }

/** Asks for what these events need and is not remembered; undefined when nothing is. What cannot be read now is read by the transaction. */
export type Recall = (events: readonly CanonicalEvent[]) => Promise<void> | undefined;

/** One question at a time; what is wanted meanwhile makes the next. */
export function createRecall(writer: Pick<Writer, 'read'>, recollection: Recollection): Recall {
  let wanted: Wanted | undefined;
  let asking: Promise<void> = Promise.resolve();

  function want(): Wanted {
    const list: Wanted = { conversations: new Set(), messages: new Map(), done: asking.then(immediate).then(() => { wanted = undefined; return ask(list); }) };
    asking = list.done;
    return list;
  }

  async function ask({ conversations, messages }: Wanted): Promise<void> {
    try {
      const { rows: [row] } = await writer.read((client) => client.query<{ states: string | null; messages: LogLine[] | null; receipts: LogLine[] | null }>(
        { ...RECALL, values: [plainArray([...conversations]), plainArray([...messages.keys()])] }));
      const found = new Map(row!.states?.split('\n').map((line) => [line.slice(0, line.indexOf('{')), line.slice(line.indexOf('{'))]) ?? []);
      for (const [head, state] of found) take(head.slice(0, UUID), Number(head.slice(UUID)), state);
      for (const id of conversations) take(id, 0, '');
      const known = knownMessages(row!.messages ?? [], row!.receipts ?? []);
      for (const [message, conversation] of messages) recollection.learn(conversation, [[message, known.get(message) ?? null]]);
    } catch {
      // The transaction meets the same trouble, and says so.
    }
  }

  /** Not over what a transaction has saved in the meantime. */
  function take(id: string, version: number, state: string): void {
    if (!recollection.has(id)) recollection.keep(id, { previous: version, version, state }, []);
  }

  return (events) => {
    let asked = false;
    for (const event of events) {
      const { conversation } = event;
      if (conversation === undefined) continue;
      const stranger = !recollection.has(conversation);
      const unknown = event.kind === 'message.status' && recollection.message(conversation, event.message) === undefined;
      if (!stranger && !unknown) continue;
      wanted ??= want();
      if (stranger) wanted.conversations.add(conversation);
      if (unknown) wanted.messages.set(event.message, conversation);
      asked = true;
    }
    return asked ? wanted?.done : undefined;
  };
}

const UUID = 36;
