/** Keeps texts for review, sealed, for as long as the configuration says; without a configuration there is no keeper. */
import type { CanonicalEvent } from '../core/event.ts';
import type { KeptText } from '../store/texts.ts';
import { createSealer } from './seal.ts';

/** The key of the texts, and where they go. */
export interface KeeperOptions {
  readonly key: string;
  readonly write: (texts: readonly KeptText[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** Takes texts as they come and writes them some at a time. */
export interface Keeper {
  /** Takes the text of a stored message. */
  keep(event: CanonicalEvent, text: string): void;
  /** Resolves when what was taken is written. */
  stop(): Promise<void>;
}

const GATHER_MS = 200;
const MOST_WAITING = 5_000;

/** A text that cannot be written is lost, not retried: it is a convenience, and keeping it in memory would keep it from nobody. */
export function createKeeper({ key, write, onError }: KeeperOptions): Keeper {
  const sealer = createSealer(key);
  let waiting: KeptText[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const texts = waiting;
    waiting = [];
    if (texts.length > 0) writing = writing.then(() => write(texts)).catch(onError);
  };
  return {
    keep(event, text) {
      if (waiting.length >= MOST_WAITING) return;
      waiting.push({ message: event.id, conversation: event.conversation, t: event.t, sealed: sealer.seal(event.id, text) });
      timer ??= setTimeout(flush, GATHER_MS);
    },
    stop() {
      flush();
      return writing;
    },
  };
}
