/** Formulas whose inputs are too many for a file of examples: the same pipeline, events made here, figures and views read. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readExamples } from '../../exporter/kpi/example.ts';
import { openWorkbench, type Figures, type Workbench } from '../../exporter/kpi/workbench.ts';
import { createPool } from '../../exporter/store/connection.ts';
import { freshDatabase } from '../support/postgres.ts';

type Given = Readonly<Record<string, unknown>>;

const HOUR = 3_600_000;
const at = (time: string, seconds = 0): number => Date.parse(`${time}Z`) + seconds * 1000;

describe('formulas', () => {
  let database: Awaited<ReturnType<typeof freshDatabase>>;
  let pool: ReturnType<typeof createPool>;
  let workbench: Workbench;
  let customers = 0;
  beforeAll(async () => {
    database = await freshDatabase('formulas');
    pool = createPool(database.url);
    workbench = await openWorkbench(database.url);
  });
  afterAll(async () => {
    await workbench.close();
    await pool.end();
    await database.drop();
  });

  const run = (events: readonly Given[], query: Given = {}, settings: Given = {}): Promise<Figures> =>
    workbench.run(readExamples(JSON.stringify([{ name: 'formula', settings, query, events }]), () => undefined)[0]!);
  const somebody = (): Given => ({ conversation: `c${++customers}`, contact: `u${customers}` });
  /** A question and its answer after so many seconds. */
  const answered = (t: number, seconds: number, agent = 'ana'): readonly Given[] => {
    const who = somebody();
    return [{ ...who, t, kind: 'message.inbound' }, { ...who, t: t + seconds * 1000, kind: 'message.outbound', author: 'agent', author_id: agent }];
  };
  const opened = (hour: number, n: number): readonly Given[] => Array.from({ length: n }, (_, i) => ({ ...somebody(), t: hour + i * 1000, kind: 'message.inbound' }));

  it('the share within a target is exact from buckets, because the target is a bound', async () => {
    const figures = await run(Array.from({ length: 240 }, (_, i) => answered(at('2026-03-02T09:00:00', i), i < 180 ? 60 : 61)).flat());
    expect(figures).toMatchObject({ sla_frt: { met: 180, missed: 60 }, sla_frt_attainment: 0.75 });
    const { rows } = await pool.query(`
      select sum(bucket.n) filter (where bucket.nth <= array_position(hourly.bucket_bounds, 60)) / sum(bucket.n) as share
      from reporting.hourly cross join lateral unnest(hourly.first_response_buckets) with ordinality as bucket (n, nth)`);
    expect(Number(rows[0].share)).toBe(0.75);
  });

  it('the net promoter score is promoters less detractors', async () => {
    const surveys = [10, 10, 9, 8, 7, 5, 2, 9, 6, 10].flatMap((score, i) => {
      const survey = { ...somebody(), survey: `s${i}`, type: 'nps' };
      return [{ ...survey, t: at('2026-03-02T09:00:00'), kind: 'survey.sent' }, { ...survey, t: at('2026-03-02T10:00:00'), kind: 'survey.answered', score }];
    });
    expect(await run(surveys)).toMatchObject({ nps: 20, csat: null });
  });

  it('the forecast is the median of the same hour, its band three deviations wide, and ten conversations apart at least', async () => {
    const hour = at('2026-03-30T10:00:00');
    const weeks = [30, 34, 32, 60].flatMap((n, i) => opened(hour - (4 - i) * 7 * 24 * HOUR, n));
    expect(await run([...weeks, ...opened(hour, 55)], { now: new Date(hour + HOUR - 1).toISOString() })).toMatchObject({ forecast: 33, forecast_band: [27, 39] });
    const verdict = async (n: number): Promise<unknown> => (await run([...weeks, ...opened(hour, n)], { now: new Date(hour + HOUR).toISOString() })).volume_anomaly;
    expect([await verdict(55), await verdict(41)]).toEqual([1, 0]);
  });

  it('the median over agents is the median of their observations, not of their medians', async () => {
    const waits = [['ana', 10], ['ana', 20], ['ana', 300], ['ben', 40], ['ben', 50]] as const;
    expect(await run(waits.flatMap(([agent, seconds], i) => answered(at('2026-03-02T09:00:00', i * 600), seconds, agent)))).toMatchObject({ frt_p50_seconds: 40, frt_by_agent: { ana: [10, 20, 300], ben: [40, 50] } });
  });
});
