/** Stops asking a service that keeps failing, and asks again after a while with one request. */
export interface Breaker {
  /** Whether asking makes sense at all now. */
  allows(): boolean;
  /** The same, when about to ask: while the service is on trial only one may. */
  tries(): boolean;
  report(ok: boolean): void;
}

/** When it opens, and for how long. */
export interface BreakerOptions {
  readonly now: () => number;
  /** Failures in a row that open it; default 5. */
  readonly failures?: number;
  /** How long it stays open; default 30 seconds. */
  readonly restMs?: number;
  readonly onChange?: (open: boolean) => void;
}

/** Closed at first. */
export function createBreaker({ now, failures = 5, restMs = 30_000, onChange }: BreakerOptions): Breaker {
  let failed = 0;
  let openUntil: number | undefined;
  let onTrial = false;
  const allows = (): boolean => openUntil === undefined || (now() >= openUntil && !onTrial);
  return {
    allows,
    tries() {
      if (!allows()) return false;
      if (openUntil !== undefined) onTrial = true;
      return true;
    },
    report(ok) {
      onTrial = false;
      failed = ok ? 0 : failed + 1;
      const open = failed >= failures;
      if (open !== (openUntil !== undefined)) onChange?.(open);
      openUntil = open ? now() + restMs : undefined;
    },
  };
}
