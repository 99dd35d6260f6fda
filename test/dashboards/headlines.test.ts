/** Headline figures of dashboards against the definitions: every worked example goes through the pipeline, and panels must say what `replywatch kpi` says. */
import { readFileSync, readdirSync } from 'node:fs';
import { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExamples, type Example } from '../../exporter/kpi/example.ts';
import { openWorkbench, type Figures, type Workbench } from '../../exporter/kpi/workbench.ts';
import { emptyDatabase, type FreshDatabase } from '../support/postgres.ts';
import { chosenIn, sqlOf } from './ask.ts';
import { loadDashboards, panelsOf, targetsOf } from './dashboards.ts';

const FOLDER = new URL('../kpi/examples/', import.meta.url);
const examples = readdirSync(FOLDER).filter((file) => file.endsWith('.json')).flatMap((file) => readExamples(readFileSync(new URL(file, FOLDER), 'utf8'), () => undefined));
const dashboards = await loadDashboards();

let database: FreshDatabase;
let workbench: Workbench;
let reader: Pool;
beforeAll(async () => {
  database = await emptyDatabase('headlines');
  workbench = await openWorkbench(database.url);
  reader = new Pool({ connectionString: database.url, max: 1, options: '-c role=replywatch_reader' });
});
afterAll(async () => {
  await reader.end();
  await workbench.close();
  await database.drop();
});

interface Headline { readonly figure: string; readonly uid: string; readonly panel: string; readonly column: string; readonly onlyWithTime?: boolean }

/** Where a figure stands. Shares of issues and what is overdue hang on the time of asking, so they are compared where an example names one. */
const HEADLINES: readonly Headline[] = [
  { figure: 'csat', uid: 'msg-satisfaction', panel: 'CSAT', column: 'satisfied' },
  { figure: 'csat_response_rate', uid: 'msg-satisfaction', panel: 'Who answers', column: 'share' },
  { figure: 'nps', uid: 'msg-satisfaction', panel: 'NPS', column: 'nps' },
  { figure: 'negative_within_target_rate', uid: 'msg-satisfaction', panel: 'Unhappy and helped in time', column: 'in time' },
  { figure: 'fcr', uid: 'msg-satisfaction', panel: 'Solved at the first contact', column: 'solved', onlyWithTime: true },
  { figure: 'repeat_contact_rate', uid: 'msg-satisfaction', panel: 'Solved at the first contact', column: 'came back', onlyWithTime: true },
  { figure: 'one_touch_rate', uid: 'msg-satisfaction', panel: 'Solved with one message', column: 'share', onlyWithTime: true },
  { figure: 'reopen_rate', uid: 'msg-satisfaction', panel: 'Taken up again', column: 'share' },
  { figure: 'containment_rate', uid: 'msg-chatbot', panel: 'Resolved by the bot alone', column: 'alone' },
  { figure: 'confirmed_containment_rate', uid: 'msg-chatbot', panel: 'Resolved by the bot alone', column: 'confirmed' },
  { figure: 'escalation_rate', uid: 'msg-chatbot', panel: 'Needed people', column: 'share' },
  { figure: 'durable_bot_resolution_rate', uid: 'msg-chatbot', panel: 'Stayed solved', column: 'share', onlyWithTime: true },
  { figure: 'fallback_rate', uid: 'msg-chatbot', panel: 'Not understood', column: 'share' },
  { figure: 'transfer_rate', uid: 'msg-agents', panel: 'Transferred', column: 'share' },
  { figure: 'peak_share', uid: 'msg-peak-hours', panel: 'Opened in $peak', column: 'share' },
  { figure: 'delivery_rate', uid: 'msg-delivery', panel: 'Delivered', column: 'delivered' },
  { figure: 'failure_rate', uid: 'msg-delivery', panel: 'Failed', column: 'failed' },
  { figure: 'read_rate', uid: 'msg-delivery', panel: 'Read', column: 'read' },
  { figure: 'opt_in_rate', uid: 'msg-audience', panel: 'Opted in', column: 'yes' },
  { figure: 'sends_without_consent', uid: 'msg-delivery', panel: 'Marketing without consent', column: 'without' },
];

const YEAR = 366 * 86_400;

/** Seconds, just after an example. */
const endOf = ({ query, events }: Example): number => (query.now ?? Math.max(...events.map(({ t }) => t))) / 1000 + 1;

type Row = Readonly<Record<string, number | string | null>>;

/** What the panel's SQL gives over the year until just after the example. */
async function rowsOf(uid: string, panel: string, example: Example, picked: Readonly<Record<string, readonly string[]>> = {}): Promise<readonly Row[]> {
  const dashboard = dashboards.find((each) => each.uid === uid);
  const target = dashboard && targetsOf(panelsOf(dashboard).find(({ title }) => title === panel)!).find(({ rawSql }) => rawSql !== undefined);
  if (!dashboard || !target?.rawSql) throw new Error(`${uid} has no ${panel} in SQL`);
  const chosen: Readonly<Record<string, string | readonly string[]>> = { tz: example.settings.tz, peak: (example.query.peakHours ?? [18, 21]).join('-'), ...picked };
  const values = chosenIn(dashboard);
  const to = endOf(example);
  return (await reader.query<Row>(sqlOf(target.rawSql, (name) => chosen[name] ?? values(name), { from: to - YEAR, to, step: 600 }))).rows;
}

const SIDE_BY_SIDE = ['agent', 'assigned', 'responses', 'response median', 'first median', 'resolved', 'resolution median', 'from all', 'ratings'] as const;

/** The table has a row for whoever was online, too. */
const agentsShown = async (example: Example): Promise<readonly Row[]> => (await rowsOf('msg-agents', 'Agents side by side', example))
  .map((row) => Object.fromEntries(SIDE_BY_SIDE.map((column) => [column, row[column] ?? null])))
  .filter((row) => [row['assigned'], row['responses'], row['resolved'], row['ratings']].some((n) => n !== 0)).toSorted((a, b) => String(a['agent']).localeCompare(String(b['agent'])));

async function agentsDefined(example: Example): Promise<readonly Row[]> {
  const { rows } = await reader.query<Row>(`select agent, assigned::float8 as assigned, responses::float8 as responses, response_median_seconds as "response median", frt_median_seconds as "first median",
    resolved::float8 as resolved, resolution_median_seconds as "resolution median", resolution_deviation_seconds as "from all", ratings::float8 as ratings
    from reporting.agent_table(to_timestamp($1), to_timestamp($2)) where assigned + responses + resolved + ratings > 0`, [endOf(example) - YEAR, endOf(example)]);
  return rows.toSorted((a, b) => String(a['agent']).localeCompare(String(b['agent'])));
}

describe('panels say what the definitions say', () => {
  const compared = new Set<string>();

  it.each(examples.map((example) => [example.name, example] as const))('%s', async (_, example) => {
    const figures: Figures = await workbench.run(example);
    for (const headline of HEADLINES.filter(({ onlyWithTime }) => !onlyWithTime || example.query.now !== undefined)) {
      const expected = figures[headline.figure] as number | null; // these keys are numbers
      const [row] = await rowsOf(headline.uid, headline.panel, example);
      const shown = row?.[headline.column] ?? null;
      if (expected === null) expect(shown ?? 0, headline.figure).toBe(0);
      else expect(shown, headline.figure).toBeCloseTo(expected, 5);
      if (expected !== null) compared.add(headline.figure);
    }
    expect(await agentsShown(example), 'agents').toEqual(await agentsDefined(example));
  });

  it('for every one of them some example has a number', () => expect(HEADLINES.map(({ figure }) => figure).filter((figure) => !compared.has(figure))).toEqual([]));
});

it('panels count what is chosen, and nothing else', async () => {
  const example = examples.find(({ name }) => name === 'one rating changes and one survey never arrives')!;
  await workbench.run(example);
  const csat = (picked: Readonly<Record<string, readonly string[]>>): Promise<readonly Row[]> => rowsOf('msg-satisfaction', 'CSAT', example, picked);
  const all = await csat({});
  expect(all).toHaveLength(1);
  expect(await csat({ channel: ['webchat', 'whatsapp'], inbox: ['main'], topic: ['unknown'] })).toEqual(all);
  for (const other of [{ channel: ['webchat'] }, { inbox: ['mai'] }, { topic: ['billing'] }, { team: ['night'] }]) expect(await csat(other), JSON.stringify(other)).toEqual([]);
});
