/** The one connection that writes, and whose turn it is on it. */
import type { Client } from 'pg';
import { connectWriter, cut, isLostRace, sqlState, storeError } from './connection.ts';

/** Transactions one after the other. */
export interface Writer {
  /**
   * Runs `work`, a transaction, in its turn; again when somebody else was faster. The next turn begins as soon as `work` says its
   * commit is `sent`: what follows waits for it on the connection, not in this process, so that the database is never idle in between.
   * @throws StoreUnavailable when trying again later may help
   */
  inTurn<T>(work: (client: Client, sent: () => void) => Promise<T>): Promise<T>;
  /** Ends the connection once all turns are over. */
  close(): Promise<void>;
}

const ATTEMPTS = 12;

/** Connects with the first turn, and again after the connection broke or was silent for `silenceMs`. */
export function createWriter(url: string, silenceMs?: number): Writer {
  let connection: Promise<Client> | undefined;
  let last: Promise<void> = Promise.resolve();
  const running = new Set<Promise<unknown>>();

  const connected = (): Promise<Client> => {
    const opening = (connection ??= connectWriter(url, silenceMs));
    opening.catch(() => { if (connection === opening) connection = undefined; });
    return opening;
  };
  const lost = new WeakSet<Client>();
  const broken = (client: Client): void => {
    if (lost.has(client)) return; // the transaction behind noticed as well; there may be a new connection by now
    lost.add(client);
    connection = undefined;
    cut(client);
  };

  async function attempt<T>(work: (client: Client, sent: () => void) => Promise<T>): Promise<T> {
    const turn = Promise.withResolvers<void>();
    const before = last;
    last = turn.promise;
    await before;
    let client: Client | undefined;
    let isSent = false;
    try {
      client = await connected();
      return await work(client, () => { isSent = true; turn.resolve(); });
    } catch (error) {
      if (client && isConnectionLost(error)) broken(client);
      // A commit that was sent has rolled back what failed before it; another rollback would hit the next transaction.
      else if (client && !isSent) await client.query('rollback').catch(() => undefined);
      throw error;
    } finally {
      turn.resolve();
    }
  }

  async function untilWon<T>(work: (client: Client, sent: () => void) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await attempt(work);
      } catch (error) {
        if (!isLostRace(error) || tries >= ATTEMPTS) throw storeError(error);
      }
    }
  }

  return {
    inTurn(work) {
      const mine = untilWon(work);
      running.add(mine);
      mine.catch(() => undefined).finally(() => running.delete(mine));
      return mine;
    },
    async close() {
      await Promise.allSettled(running);
      await (await connection?.catch(() => undefined))?.end().catch(() => undefined);
      connection = undefined;
    },
  };
}

const isConnectionLost = (error: unknown): boolean => sqlState(error) === undefined || /^(08|57)/.test(sqlState(error) ?? '');
