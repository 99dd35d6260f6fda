import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BURN_WINDOWS } from '../../dashboards/src/promql.ts';
import { promtool } from '../support/prometheus.ts';
import { alerts, ruleFiles } from './files.ts';

// Burn-rate alerts, held to the formula of docs/alerts.md for every objective that somebody may promise. Written here in another way than in the rules.
let directory: string;
beforeAll(async () => { directory = await mkdtemp(join(tmpdir(), 'replywatch-burn-')); });
afterAll(() => rm(directory, { recursive: true, force: true }));

const WINDOWS = ['1h', '6h', '1d', '3d'] as const;
type Window = (typeof WINDOWS)[number];
const MOST = { '1h': 6, '6h': 4, '1d': 2, '3d': 1 } as const;
const STEPS = { '1h': 1, '6h': 2 / 3, '1d': 1 / 3, '3d': 0 } as const;
const OBJECTIVES = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99];

/** Share missed, 0 to 1, above which the alert of a window speaks. */
function limit(window: Window, objective: number): number {
  const budget = 1 - objective;
  return Math.min(MOST[window] * budget, budget + STEPS[window] * Math.max(0.8 - budget, 0));
}

const burns = alerts.filter(({ alert }) => alert.endsWith('BudgetBurn'));

test('windows, volumes and waits are those agreed, the slow ones for resolutions too', () => {
  const windowsOf = (expr: string): readonly (readonly (string | undefined)[])[] =>
    [...expr.matchAll(/results_while_open:ratio_rate(\w+)\{.+\n\s*> on \(sla\) group_left \(\)\n\s*sla:chat_sla_missed_limit:ratio_rate(\w+)/g)].map(([, window, of]) => [window, of]);
  expect(burns.map(({ alert, expr, labels, for: wait }) => [alert, labels.severity, wait, windowsOf(expr), ...(/while_open:(increase\w+)\{[^*]+\) >= (\d+)/.exec(expr)?.slice(1) ?? [])])).toEqual([
    ['FirstResponseBudgetBurn', 'critical', '2m', [['1h', '1h'], ['5m', '1h']], 'increase1h', '20'],
    ['FirstResponseBudgetBurn', 'critical', '15m', [['6h', '6h'], ['30m', '6h']], 'increase6h', '50'],
    ...['FirstResponseBudgetBurn', 'ResolutionBudgetBurn'].flatMap((alert) => [
      [alert, 'warning', '1h', [['1d', '1d'], ['2h', '1d']], 'increase1d', '100'],
      [alert, 'warning', '3h', [['3d', '3d'], ['6h', '3d']], 'increase3d', '200'],
    ]),
  ]);
});

test('the formula gives limits that can be passed, in the order of their windows, and none below the budget', () => {
  for (const objective of OBJECTIVES) {
    const limits = WINDOWS.map((window) => limit(window, objective));
    expect(limits).toEqual(limits.toSorted((a, b) => b - a));
    expect(Math.max(...limits)).toBeLessThanOrEqual(0.8 + 1e-9);
    expect(Math.min(...limits)).toBeCloseTo(1 - objective, 9);
  }
  expect(WINDOWS.map((window) => Number(limit(window, 0.8).toFixed(4)))).toEqual([0.8, 0.6, 0.4, 0.2]);
  expect(WINDOWS.map((window) => Number(limit(window, 0.9).toFixed(4)))).toEqual([0.6, 0.4, 0.2, 0.1]);
});

test('panels draw the limits of the alerts', () => {
  expect(BURN_WINDOWS.map(({ window, most }) => [window, most])).toEqual(Object.entries(MOST));
});

test.each(OBJECTIVES)('objective %d: each alert fires a little above its limit, and none does a little below', { timeout: 300_000 }, async (objective) => {
  const near = Math.min(0.02, (1 - objective) / 4);
  const shares = [...new Set(WINDOWS.flatMap((window) => [limit(window, objective) - near, limit(window, objective) + near]).map((share) => share.toFixed(4)))];
  const series = (sla: string, share: string): object[] => [
    { series: `chat_sla_results_total{sla="${sla}",inbox="${share}",result="missed"}`, values: `0+${(200 * Number(share)).toFixed(2)}x130` },
    { series: `chat_sla_results_total{sla="${sla}",inbox="${share}",result="met"}`, values: `0+${(200 * (1 - Number(share))).toFixed(2)}x130` },
  ];
  const expected = burns.flatMap(({ alert, labels }) => {
    const window = WINDOWS.find((each) => each === labels.window)!;
    const sla = alert.startsWith('First') ? 'first_response' : 'resolution';
    return shares.filter((share) => Number(share) > limit(window, objective))
      .map((inbox) => ({ labels: `ALERTS{alertname="${alert}",alertstate="firing",inbox="${inbox}",owner="support",severity="${labels.severity}",sla="${sla}",window="${window}"}`, value: 1 }));
  });
  await run({
    rule_files: ruleFiles.filter((file) => /(?:recording|first-response|resolution)\.yml$/.test(file)), evaluation_interval: '2m',
    tests: [{
      interval: '2m',
      input_series: [
        ...['first_response', 'resolution'].flatMap((sla) => [{ series: `chat_sla_objective_ratio{sla="${sla}"}`, values: `${objective}x130` }, ...shares.flatMap((share) => series(sla, share))]),
      ],
      promql_expr_test: [{ expr: 'ALERTS{alertname=~".*BudgetBurn",alertstate="firing"}', eval_time: '4h1m', exp_samples: expected }],
    }],
  });
});

async function run(content: object): Promise<void> {
  const file = join(directory, 'test.json'); // JSON is YAML
  await writeFile(file, JSON.stringify(content));
  const { code, output } = await promtool(['test', 'rules', file]);
  expect(output.slice(0, 4_000)).not.toContain('FAILED');
  expect(code).toBe(0);
}
