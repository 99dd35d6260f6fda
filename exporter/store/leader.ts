import pg from 'pg';

/** Any constant, the same in every version. */
const LEADER_LOCK = 7_207_105_502;

/** Whether this process serves and settles for the whole cluster. */
export interface Leadership {
  /** Whether this process holds the lock now. */
  readonly held: () => boolean;
  /** Whether the last check reached the database: without it nobody can know who holds the lock. */
  readonly reachable: () => boolean;
  /** Hears at once that the session has ended, and the lock with it. */
  onLost(listener: () => void): void;
  /** Tries to take the lock, or checks that it is still held. Called once a second. */
  check(): Promise<boolean>;
  release(): Promise<void>;
}

/**
 * One replica serves the totals: the holder of an advisory lock, on a session of its own. When the session dies the lock is gone,
 * and so is the leadership, before anybody else can have it.
 */
export function createLeadership(url: string): Leadership {
  let client: pg.Client | undefined;
  let held = false;
  let reachable = false;
  let tell = (): void => undefined;
  const lost = (): void => {
    if (held) tell();
    held = false;
    client = undefined;
  };
  return {
    held: () => held,
    reachable: () => reachable,
    onLost: (listener) => { tell = listener; },
    async check() {
      try {
        if (!client) {
          const next = new pg.Client({ connectionString: url, application_name: 'replywatch leader', connectionTimeoutMillis: 5_000, query_timeout: 5_000 });
          next.on('error', lost);
          next.on('end', lost);
          await next.connect();
          client = next;
        }
        if (held) await client.query('select 1');
        else held = (await client.query<{ got: boolean }>('select pg_try_advisory_lock($1) as got', [LEADER_LOCK])).rows[0]!.got;
        reachable = true;
      } catch {
        reachable = false;
        const broken = client;
        lost();
        await broken?.end().catch(() => undefined);
      }
      return held;
    },
    async release() {
      const mine = client;
      lost();
      await mine?.end().catch(() => undefined);
    },
  };
}
