import type { Delivery } from '../../exporter/simulator/script.ts';

/** What tests look at in a Chatwoot body, read without the adapter: both can be wrong only separately. */
export interface DeskBody {
  readonly event: string;
  readonly id: number;
  readonly status?: string;
  readonly content?: string;
  readonly content_type?: string;
  readonly private?: boolean;
  readonly labels?: readonly string[];
  readonly sender?: { readonly type?: string } | null;
  readonly conversation?: { readonly id: number };
  readonly content_attributes?: { readonly submitted_values?: { readonly csat_survey_response?: { readonly rating: number } } | null };
  readonly changed_attributes?: readonly { readonly status?: Changed; readonly team_id?: Changed }[] | null;
}
interface Changed { readonly previous_value: unknown }

/** The same for one change in a WhatsApp body. */
export interface LineChange {
  readonly field: string;
  readonly value: {
    readonly metadata: { readonly phone_number_id: string };
    readonly messages?: readonly { readonly type: string; readonly from_user_id: string }[];
    readonly message_echoes?: readonly { readonly to_user_id: string }[];
    readonly statuses?: readonly LineStatus[];
  };
}
export interface LineStatus {
  readonly id: string;
  readonly status: string;
  readonly pricing?: { readonly category: string };
  readonly biz_opaque_callback_data?: string;
  readonly errors?: readonly { readonly code: number }[];
}

// The script's own bodies: their shape is what these tests are about.
export const deskBody = ({ body }: Delivery): DeskBody => JSON.parse(body) as DeskBody;
export const lineChanges = ({ body }: Delivery): readonly LineChange[] =>
  (JSON.parse(body) as { readonly entry: readonly { readonly changes: readonly LineChange[] }[] }).entry.flatMap(({ changes }) => changes);

/** 2026-10-15 22:00 UTC, midnight in Madrid: a Friday begins. The clocks go back on the second Sunday. */
export const FRIDAY = Date.UTC(2026, 9, 15, 22);
export const DAY = 86_400_000;
export const HOUR = 3_600_000;

/** Seconds from asking for a person (or writing, without bot) to the first reply, per help-desk conversation with a reply. */
export function deskWaits(deliveries: Iterable<Delivery>): readonly { readonly since: number; readonly seconds: number }[] {
  const waiting = new Map<number, number>();
  const waits: { since: number; seconds: number }[] = [];
  for (const delivery of deliveries) {
    if (delivery.source !== 'chatwoot') continue;
    const body = deskBody(delivery);
    if (body.event === 'conversation_created' && body.status === 'open') waiting.set(body.id, delivery.at);
    if (body.event === 'conversation_status_changed' && isHandOff(body)) waiting.set(body.id, delivery.at);
    const replied = repliedTo(body);
    const since = replied === undefined ? undefined : waiting.get(replied);
    if (replied === undefined || since === undefined) continue;
    waits.push({ since, seconds: (delivery.at - since) / 1000 });
    waiting.delete(replied);
  }
  return waits;
}

/** The conversation in which this body is an agent's reply. */
export const repliedTo = (body: DeskBody): number | undefined =>
  body.event === 'message_created' && body.sender?.type === 'user' && body.private !== true ? body.conversation?.id : undefined;

export const isHandOff = (body: DeskBody): boolean =>
  body.status === 'open' && body.changed_attributes?.[0]?.status?.previous_value === 'pending';

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}
