/**
 * A transaction of two statements without BEGIN and COMMIT. Postgres ends a transaction that nobody began at the message Sync: the first
 * statement goes with Flush, which only asks for its answer, the second with Sync. Two statements less to send and two answers less to wake up
 * for: a tenth of what a batch costs the process. https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
import pg, { type Client, type Connection, type QueryResult, type QueryResultRow } from 'pg';
import { atOnce } from './connection.ts';

/** A statement that is prepared once; parameters are texts already. */
export interface Statement { readonly name: string; readonly text: string; readonly values: readonly (string | null)[] }

/** The only row of an answer, as Postgres wrote it. */
export type Answer = readonly (string | null)[];

/** What of node-postgres' connection its type package leaves out or asks too much for. */
interface Wire {
  readonly parsedStatements: Readonly<Record<string, string>>;
  readonly submittedNamedStatements: Record<string, string>;
  parse(message: { readonly name: string; readonly text: string }): void;
  bind(message: { readonly statement: string; readonly values: readonly (string | null)[] }): void;
  execute(message: object): void;
  flush(): void;
  sync(): void;
}

/** What statements between the two are sent with. */
export type Between = Pick<TwoSteps, 'query'>;

/** Used once. As a query of its client it occupies the connection from the first statement to the last; others may be written behind it then. */
export class TwoSteps extends pg.Query {
  /** Statement on its way: the client notes under this name what has been prepared. */
  name = '';
  text = '';
  callback: ((error: unknown) => void) | undefined;
  readonly #client: Client;
  #wire: Wire | undefined;
  #values: Statement['values'] = [];
  #answer: Answer = [];
  #waiting: PromiseWithResolvers<Answer> | undefined;
  /** `open`: nothing has been sent that ends it. `begun`: it takes a COMMIT after all. `over`: Postgres ends it. */
  #stage: 'open' | 'begun' | 'over' = 'open';
  #begun: Promise<unknown> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(client: Client) {
    super('');
    this.#client = client;
  }

  /** Sends the first statement. */
  first(statement: Statement): Promise<Answer> {
    this.#take(statement);
    const answer = this.#wait();
    this.#client.query(this);
    return answer;
  }

  /** A statement in between; most transactions have none. From here on this is a transaction like any other. */
  async query<R extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<QueryResult<R>> {
    if (this.#stage === 'open') {
      this.#stage = 'begun';
      this.#begun = this.#wait();
      this.#send({ name: '', text: 'begin', values: [] }, 'sync'); // what came before belongs to it
    }
    await this.#begun; // if that fails, the first statement is undone: what followed it would be stored without it
    return this.#client.query<R>(text, [...values]);
  }

  /** Sends the last statement and the end of the transaction, calls `sent`, and resolves when all of it is durable. */
  async last(statement: Statement, sent: () => void): Promise<Answer> {
    if (this.#begun) await this.#begun; // behind what was given to `query`
    if (this.#failure) throw this.#failure.error;
    const answer = this.#stage === 'begun' ? this.#committed(statement) : this.#ended(statement);
    sent();
    return answer;
  }

  /** Gives the connection back before the last statement. A transaction that was begun is left to whoever rolls back. */
  abandon(): void {
    if (this.#stage === 'open' && this.#wire && !this.#failure) this.#send({ name: '', text: 'rollback', values: [] }, 'sync');
    if (this.#stage === 'open') this.#stage = 'over';
  }

  // What follows is called by the client.

  override submit = (connection: Connection): void => {
    this.#wire = connection as unknown as Wire; // public methods; the type package leaves some out
    this.#send({ name: this.name, text: this.text, values: this.#values }, 'flush');
  };

  handleDataRow({ fields }: { readonly fields: Answer }): void {
    this.#answer = fields;
  }

  handleCommandComplete(): void {
    if (this.#stage === 'open') this.#waiting?.resolve(this.#answer);
  }

  handleReadyForQuery(): void {
    if (this.#stage !== 'open') this.#waiting?.resolve(this.#answer);
    this.callback?.(null); // stops the clock of the client
  }

  handleError(error: unknown): void {
    // Until it is told to synchronise, the server answers nothing more.
    if (this.#stage === 'open' && !this.#failure) this.#wire?.sync();
    this.#failure ??= { error };
    this.#waiting?.reject(error);
    this.callback?.(error);
  }

  #ended(statement: Statement): Promise<Answer> {
    this.#take(statement);
    const answer = this.#wait();
    this.#send(statement, 'sync');
    this.#stage = 'over';
    return answer;
  }

  async #committed(statement: Statement): Promise<Answer> {
    const [result, committed] = atOnce(this.#client, () => [
      this.#client.query<(string | null)[]>({ ...statement, values: [...statement.values], rowMode: 'array', types: AS_TEXT }), this.#client.query('commit'),
    ] as const);
    this.#stage = 'over';
    committed.catch(() => undefined); // when the statement failed, this only says so again
    const { rows: [row] } = await result;
    await committed;
    return row!;
  }

  #take({ name, text, values }: Statement): void {
    this.name = name;
    this.text = text;
    this.#values = values;
  }

  #wait(): Promise<Answer> {
    this.#waiting = Promise.withResolvers<Answer>();
    return this.#waiting.promise;
  }

  #send({ name, text, values }: Statement, end: 'flush' | 'sync'): void {
    const wire = this.#wire!; // the first statement is answered, or about to be sent
    atOnce(this.#client, () => {
      if (name === '' || (wire.parsedStatements[name] === undefined && wire.submittedNamedStatements[name] === undefined)) {
        wire.parse({ name, text });
        if (name !== '') wire.submittedNamedStatements[name] = text;
      }
      wire.bind({ statement: name, values });
      wire.execute({});
      wire[end]();
    });
  }
}

const AS_TEXT = { getTypeParser: () => String };
