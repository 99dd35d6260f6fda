import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { expressionsOf, loadDashboards, variablesOf } from './dashboards.ts';
import { expand, problemsOf } from './promql.ts';

const run = promisify(execFile);

const dashboards = await loadDashboards();
const rows = dashboards.flatMap((dashboard) => expressionsOf(dashboard).map(({ where, expr }) => ({ where: `${dashboard.uid}: ${where}`, expr, variables: variablesOf(dashboard) })));

describe('PromQL in the dashboards', () => {
  it.each(rows)('$where', ({ expr, variables }) => expect(problemsOf(expr, variables)).toEqual([]));

  it('passes the type checker of Prometheus', async () => {
    const expressions = rows.map(({ expr, variables }) => expand(expr, variables));
    expect(expressions.length).toBeGreaterThan(20);
    await expect(typeCheck(expressions)).resolves.toContain('SUCCESS');
  });

  it('has a type checker that finds what the syntax tree does not', async () => {
    await expect(typeCheck(['rate(chat_events_total)'])).rejects.toThrow(/range vector/);
  });
});

describe('the rules for PromQL', () => {
  it.each([
    ['an unknown metric', 'sum(chat_nothing)', 'unknown metric chat_nothing'],
    ['an unknown label', 'sum(chat_inbox_open{channel="x"})', 'chat_inbox_open has no label channel'],
    ['a value outside the closed set', 'sum(increase(chat_sla_results_total{result="late"}[1h]))', 'chat_sla_results_total never has result="late"'],
    ['grouping by a label that is not there', 'sum by (channel) (chat_inbox_open)', 'chat_inbox_open has no label channel to group by'],
    ['a bare counter', 'sum(chat_events_total)', 'chat_events_total is a counter outside rate or increase'],
    ['a rate over a fixed range', 'rate(chat_events_total[5m])', 'rate over a fixed range: use $__rate_interval'],
    ['a quantile without le', 'histogram_quantile(0.9, sum by (inbox) (rate(chat_response_seconds_bucket[$__rate_interval])))', 'histogram_quantile over buckets without le'],
    ['a bucket by a whole number', 'increase(chat_response_seconds_bucket{le="60"}[1h])', 'le="60" is spelled differently by Prometheus 2 and 3'],
    ['a histogram by its bare name', 'increase(chat_response_seconds[1h])', 'chat_response_seconds is a histogram: name its _bucket, _sum or _count'],
    ['a regular expression for a constant', 'chat_sla_objective_ratio{sla=~"first_response"}', '=~ for the constant first_response: use ='],
  ])('name %s', (_, expr, problem) => expect(problemsOf(expr, [])).toEqual([problem]));

  it('name a variable that does not exist', () => {
    expect(problemsOf('sum(chat_inbox_open) > $nobody', []).join()).toMatch(/does not parse/);
  });

  it('accept a counter that only says which series exist', () => {
    expect(problemsOf('(chat_inbox_open) and on (inbox) chat_messages_total{channel=~"$channel"}', ['channel'])).toEqual([]);
  });
});

/** Every expression as a recording rule, read by promtool. */
async function typeCheck(expressions: readonly string[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'panels-'));
  try {
    const rules = expressions.map((expr, i) => ({ record: `panel:expression_${i}:check`, expr }));
    await writeFile(path.join(folder, 'panels.yml'), JSON.stringify({ groups: [{ name: 'panels', rules }] })); // JSON is YAML
    return (await run('promtool', ['check', 'rules', '--lint=none', path.join(folder, 'panels.yml')])).stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}
