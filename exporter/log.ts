import { pino } from 'pino';

/** What everybody logs with. */
export type Logger = pino.Logger;

/**
 * JSON lines on stderr (stdout belongs to command output). Messages are constant, what varies is a field.
 * Callers never pass bodies, headers or provider ids; the redaction list is the second lock on that door.
 */
export function createLogger(level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['body', 'headers', 'secret', 'token', 'password', 'text', 'phone', '*.text', '*.phone', '*.body', '*.headers', '*.secret', '*.token', '*.password', 'err.parameters'], remove: true } },
    pino.destination({ dest: 2, sync: true }),
  );
}
