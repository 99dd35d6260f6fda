/** What a pull is: facts that webhooks never tell, read from a platform's API on a schedule. */
import type { ParsedEvent } from '../core/event.ts';
import type { Json } from '../sources/json.ts';

/** What a provider says messages cost. `startsAt` is epoch ms of its day; `cost` is absent where it does not say. */
export interface ProviderCost { readonly startsAt: number; readonly category: string; readonly priceType: string; readonly market: string; readonly currency: string; readonly messages: number; readonly cost?: number }

/** What a provider says became of a template. */
export interface ProviderTemplate {
  readonly startsAt: number; readonly templateId: string; readonly template: string; readonly category: string;
  readonly sent: number; readonly delivered: number; readonly read: number; readonly clicked: number; readonly cost?: number;
}

/** What one page gave. Items that could not be read are named by the field at fault. */
export interface Found {
  readonly events?: readonly ParsedEvent[];
  readonly costs?: readonly ProviderCost[];
  readonly templates?: readonly ProviderTemplate[];
  readonly malformed?: readonly string[];
}

/** What a pull works with. */
export interface PullContext {
  /** GET of a path below the API's address, or of a full one there, as pagination gives it. @throws PullFailure */
  readonly get: (path: string, query?: Readonly<Record<string, string | number | undefined>>) => Promise<unknown>;
  /** As last saved; undefined the first time. */
  readonly cursor: Json | undefined;
  /** Stores what was found, and then the cursor: after a crash the same page is read again, and counts once. */
  readonly save: (found: Found, cursor: Json) => Promise<void>;
  /** Our clock when the run began, and how far back the first run reads: epoch ms. */
  readonly now: number;
  readonly since: number;
}

/** One thing that is pulled. */
export interface Pull {
  /** `chatwoot_ratings`: the platform, then what. */
  readonly name: string;
  /** The source that its events belong to. */
  readonly source: 'chatwoot' | 'zendesk' | 'whatsapp' | 'hubspot';
  /** node-cron expression, read in UTC. */
  readonly schedule: string;
  /** At least so long between two requests, where the API allows only so many a minute. Default 200. */
  readonly paceMs?: number;
  run(context: PullContext): Promise<void>;
}

export const PULL_REASONS = ['credentials', 'rate_limited', 'unavailable', 'unreadable', 'store', 'other'] as const;
/** Why a run failed. */
export type PullReason = (typeof PULL_REASONS)[number];

/** A run that ends early; the next one goes on behind its last page. Never holds an answer's text. */
export class PullFailure extends Error {
  override readonly name = 'PullFailure';
  readonly reason: PullReason;
  constructor(reason: PullReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
