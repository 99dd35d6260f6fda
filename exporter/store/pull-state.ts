import type { Pool } from 'pg';

interface Cost { readonly startsAt: number; readonly category: string; readonly priceType: string; readonly market: string; readonly currency: string; readonly messages: number; readonly cost?: number }
interface Template {
  readonly startsAt: number; readonly templateId: string; readonly template: string; readonly category: string;
  readonly sent: number; readonly delivered: number; readonly read: number; readonly clicked: number; readonly cost?: number;
}

/** How far readings of platforms are, and the figures that only they have. */
export function createPullState(pool: Pool) {
  return {
    async cursor(pull: string): Promise<Readonly<Record<string, unknown>> | undefined> {
      const { rows: [row] } = await pool.query<{ cursor: Readonly<Record<string, unknown>> | null }>('select pull_state.cursor from replywatch.pull_state where pull_state.pull = $1', [pull]);
      return row?.cursor ?? undefined;
    },
    /** Figures and cursor in one transaction; figures of a day replace those that were read before. */
    async save(pull: string, source: string, { costs = [], templates = [] }: { readonly costs?: readonly Cost[]; readonly templates?: readonly Template[] }, cursor: Readonly<Record<string, unknown>>): Promise<void> {
      await pool.query(SAVE, [
        pull, JSON.stringify(cursor), source,
        JSON.stringify(costs.map((each) => ({ starts_at: each.startsAt, category: each.category, price_type: each.priceType, market: each.market, currency: each.currency, messages: each.messages, cost: each.cost ?? null }))),
        JSON.stringify(templates.map(({ startsAt, templateId, cost, ...each }) => ({ ...each, starts_at: startsAt, template_id: templateId, cost: cost ?? null }))),
      ]);
    },
    async succeeded(pull: string, at: number): Promise<void> {
      await pool.query(
        `insert into replywatch.pull_state (pull, succeeded_at) values ($1, to_timestamp($2::float8 / 1000)) on conflict (pull) do update set succeeded_at = excluded.succeeded_at`, [pull, at]);
    },
    async failed(pull: string, at: number, reason: string): Promise<void> {
      await pool.query(
        `insert into replywatch.pull_state (pull, failed_at, reason, failures) values ($1, to_timestamp($2::float8 / 1000), $3, 1)
         on conflict (pull) do update set failed_at = excluded.failed_at, reason = excluded.reason, failures = pull_state.failures + 1`, [pull, at, reason]);
    },
    async successes(): Promise<ReadonlyMap<string, number>> {
      const { rows } = await pool.query<{ pull: string; at: number }>(
        'select pull_state.pull, extract(epoch from pull_state.succeeded_at)::float8 * 1000 as at from replywatch.pull_state where pull_state.succeeded_at is not null');
      return new Map(rows.map((row) => [row.pull, row.at]));
    },
  };
}

const SAVE = `
  with costs as (
    insert into replywatch.provider_cost (source, starts_at, category, price_type, market, currency, messages, cost)
    select $3, to_timestamp(row.starts_at / 1000), row.category, row.price_type, row.market, row.currency, row.messages, row.cost
    from json_to_recordset($4::json) as row (starts_at float8, category text, price_type text, market text, currency text, messages bigint, cost float8)
    on conflict (source, starts_at, category, price_type, market) do update set currency = excluded.currency, messages = excluded.messages, cost = excluded.cost
  ), templates as (
    insert into replywatch.provider_template (source, starts_at, template_id, template, category, sent, delivered, read, clicked, cost)
    select $3, to_timestamp(row.starts_at / 1000), row.template_id, row.template, row.category, row.sent, row.delivered, row.read, row.clicked, row.cost
    from json_to_recordset($5::json) as row (starts_at float8, template_id text, template text, category text, sent bigint, delivered bigint, read bigint, clicked bigint, cost float8)
    on conflict (source, starts_at, template_id) do update set template = excluded.template, category = excluded.category, sent = excluded.sent, delivered = excluded.delivered, read = excluded.read,
      clicked = excluded.clicked, cost = excluded.cost
  )
  insert into replywatch.pull_state (pull, cursor) values ($1, $2) on conflict (pull) do update set cursor = excluded.cursor`;
