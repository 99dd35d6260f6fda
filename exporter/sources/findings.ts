import type { ParsedEvent } from '../core/event.ts';
import type { HealthNote, Parsed } from './source.ts';

/** `Parsed` while it is being put together. */
export interface Findings extends Parsed {
  readonly events: ParsedEvent[];
  readonly ignored: string[];
  readonly unknown: string[];
  readonly malformed: string[];
  readonly health: HealthNote[];
}

export const noFindings = (): Findings => ({ events: [], ignored: [], unknown: [], malformed: [], health: [] });

/** The provider's word when it looks like an identifier, else `unnamed`: it may reach a debug log, so it must not be text. */
export function nameOf(value: unknown): string {
  return typeof value === 'string' && /^[A-Za-z_][A-Za-z_.]{0,63}$/.test(value) ? value : 'unnamed';
}
