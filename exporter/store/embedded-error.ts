/** `unsupported`: no binaries for this machine · `in_use`: another process serves this directory · `failed`: it did not start; the message holds its last words. */
export type EmbeddedPostgresProblem = 'unsupported' | 'in_use' | 'failed';

/** The bundled Postgres cannot serve; the message says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
  readonly code: EmbeddedPostgresProblem;

  constructor(code: EmbeddedPostgresProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
