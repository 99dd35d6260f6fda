/** The figures of hours and days once more: slow, obvious, in TypeScript, from the rows that anybody can read in `reporting`. */
import type { Pool } from 'pg';

export interface Cell { [column: string]: number | readonly number[] }
/** By instant of the hour or local day, channel, inbox, initiator, dimension, value. */
export type Cells = Readonly<Record<string, Cell>>;

interface Row { readonly [column: string]: unknown }
interface Part { readonly at: Date; readonly place: Row; readonly initiator: string; readonly team: unknown; readonly agent: unknown; readonly topic: unknown; readonly column: string; readonly n?: number; readonly seconds?: number }

/** Local wall clock of an instant: the date, and the instant at which its local hour began. */
function wallClock(at: Date, tz: string): { day: string; hour: string } {
  const parts = Object.fromEntries(new Intl.DateTimeFormat('en', { timeZone: tz, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', minute: '2-digit', second: '2-digit' })
    .formatToParts(at).map(({ type, value }) => [type, value]));
  const into = (Number(parts['minute']) * 60 + Number(parts['second'])) * 1000 + at.getMilliseconds();
  return { day: `${parts['year']}-${parts['month']}-${parts['day']}`, hour: new Date(at.getTime() - into).toISOString() };
}

async function partsOf(pool: Pool): Promise<readonly Part[]> {
  const parts: Part[] = [];
  const { rows: episodes } = await pool.query<Row>('select * from reporting.episodes');
  const { rows: responses } = await pool.query<Row>('select * from reporting.responses');
  const { rows: messages } = await pool.query<Row>('select * from reporting.messages');
  const labels = (row: Row | undefined) => ({ team: row?.['team'], agent: row?.['agent'] ?? row?.['frt_agent'], topic: row?.['topic'] });
  for (const row of episodes) {
    const base = { place: row, initiator: String(row['initiator']), ...labels(row) };
    const opened = { ...base, at: row['opened_at'] as Date };
    parts.push({ ...opened, column: 'opened' });
    if (Number(row['number']) > 1) parts.push({ ...opened, column: 'reopened' });
    if (row['closed_at'] === null) continue;
    const closed = { ...base, at: row['closed_at'] as Date };
    parts.push({ ...closed, column: 'closed' }, { ...closed, column: String(row['outcome']) });
    for (const column of ['handoffs', 'transfers']) if (Number(row[column]) > 0) parts.push({ ...closed, column, n: Number(row[column]) });
    if (row['unanswered'] === true) parts.push({ ...closed, column: 'unanswered' });
    if (row['resolution_seconds'] !== null) parts.push({ ...closed, column: 'resolutions', seconds: Number(row['resolution_seconds']) });
    if (row['engaged_seconds'] !== null) parts.push({ ...closed, column: 'conversations_engaged', seconds: Number(row['engaged_seconds']) });
  }
  for (const row of responses) {
    const episode = episodes.find((each) => each['conversation'] === row['conversation'] && each['number'] === row['number']);
    const base = { place: row, at: row['at'] as Date, initiator: String(episode?.['initiator'] ?? 'contact'), ...labels(episode), seconds: Number(row['seconds']) };
    const own = { ...base, agent: row['agent'] ?? base.agent };
    parts.push({ ...own, column: 'responses' });
    if (row['first'] === true) parts.push({ ...own, column: 'first_responses' });
  }
  for (const row of messages) {
    const at = row['at'] as Date;
    const [episode] = episodes.filter((each) => each['conversation'] === row['conversation'] && (each['opened_at'] as Date) <= at).toSorted((a, b) => Number(b['number']) - Number(a['number']));
    const author = String(row['author']);
    const initiator = episode ? String(episode['initiator']) : author === 'contact' ? 'contact' : author === 'campaign' ? 'campaign' : 'agent';
    const base = { place: row, at, initiator, ...labels(episode), ...(author === 'agent' ? { agent: row['author_id'] } : {}) };
    parts.push({ ...base, column: `messages_${author}` });
    if (row['status'] === 'failed') parts.push({ ...base, column: 'failed' });
    if (row['status'] === 'delivered' || row['status'] === 'read') parts.push({ ...base, column: 'delivered' });
  }
  return parts;
}

/** All cells of all hours and days. */
export async function referenceCells(pool: Pool, tz: string, bounds: readonly number[]): Promise<{ readonly hours: Cells; readonly days: Cells }> {
  const hours: Record<string, Cell> = {};
  const days: Record<string, Cell> = {};
  for (const part of await partsOf(pool)) {
    const { day, hour } = wallClock(part.at, tz);
    for (const [dimension, value] of [['all', ''], ['team', part.team ?? 'none'], ['agent', part.agent ?? 'none'], ['topic', part.topic ?? 'unknown']]) {
      const rest = [part.place['channel'], part.place['inbox'], part.initiator, dimension, value].join('|');
      for (const cell of [(hours[`${hour}|${rest}`] ??= {}), (days[`${day}|${rest}`] ??= {})]) add(cell, part, bounds);
    }
  }
  return { hours, days };
}

function add(cell: Cell, { column, n = 1, seconds }: Part, bounds: readonly number[]): void {
  cell[column] = Number(cell[column] ?? 0) + n;
  if (seconds === undefined) return;
  cell[`${column} seconds`] = Number(cell[`${column} seconds`] ?? 0) + seconds;
  const found = bounds.findIndex((bound) => seconds <= bound);
  const buckets = [...((cell[`${column} buckets`] as readonly number[] | undefined) ?? Array.from({ length: bounds.length + 1 }, () => 0))];
  buckets[found < 0 ? bounds.length : found]! += 1;
  cell[`${column} buckets`] = buckets;
}

const COUNTED = ['opened', 'reopened', 'closed', 'outbound_only', 'withdrawn', 'dropped', 'resolved_agent', 'courtesy', 'dismissed', 'abandoned', 'missed', 'bot_abandoned', 'resolved_bot',
  'handoffs', 'transfers', 'unanswered', 'messages_contact', 'messages_agent', 'messages_bot', 'messages_automation', 'messages_campaign', 'messages_system', 'failed', 'delivered'];
const MEASURED = { responses: 'response', first_responses: 'first_response', resolutions: 'resolution', conversations_engaged: 'engaged' };

/** What the rollup tables hold of the same figures, without zeros. */
export async function storedCells(pool: Pool, span: 'hourly' | 'daily'): Promise<Cells> {
  const time = span === 'hourly' ? 'hour' : 'local_day::text as day';
  const { rows } = await pool.query<Row>(
    `select *, ${time} from (select each.*, 'all' as dimension, '' as value from reporting.${span} as each union all
       select ${await columnsOf(pool, span)}, by.dimension, by.value from reporting.${span}_by as by) as cell`);
  const cells: Record<string, Cell> = {};
  for (const row of rows) {
    const cell: Cell = {};
    for (const column of COUNTED) if (Number(row[column]) > 0) cell[column] = Number(row[column]);
    for (const [column, measure] of Object.entries(MEASURED)) {
      if (Number(row[column]) === 0) continue;
      cell[column] = Number(row[column]);
      cell[`${column} seconds`] = Number(row[`${measure}_seconds`]);
      cell[`${column} buckets`] = (row[`${measure}_buckets`] as readonly string[]).map(Number);
    }
    const at = span === 'hourly' ? (row['hour'] as Date).toISOString() : String(row['day']);
    if (Object.keys(cell).length > 0) cells[[at, row['channel'], row['inbox'], row['initiator'], row['dimension'], row['value']].join('|')] = cell;
  }
  return cells;
}

async function columnsOf(pool: Pool, view: string): Promise<string> {
  const { rows } = await pool.query<{ names: string }>(
    `select string_agg('by.' || column_name, ', ' order by ordinal_position) as names from information_schema.columns where table_schema = 'reporting' and table_name = $1`, [view]);
  return rows[0]!.names;
}
