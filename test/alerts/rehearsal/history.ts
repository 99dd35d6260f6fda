/** Scrapes as series of a promtool test, and the alerts the rules make of them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { promtool } from '../../support/prometheus.ts';
import { alertNames, alerts, recordings, ruleFiles } from '../files.ts';
import { metricsIn } from '../promql.ts';

/** Collects what rules read, one column per scrape. */
export interface ScrapedHistory {
  /** Undefined: the scrape failed. */
  add(page: string | undefined): void;
  /** In promtool's notation, equal and evenly growing values run together. */
  series(): readonly { readonly series: string; readonly values: string }[];
}

/** @param from epoch ms of the first scrape. promtool's clock begins at 0, so times in gauges are moved by it */
export function scrapedHistory(from: number): ScrapedHistory {
  const read = new Set([...alerts, ...recordings].flatMap(({ expr }) => metricsIn(expr)));
  const columns = new Map<string, (number | undefined)[]>();
  let scrapes = 0;
  const put = (name: string, value: number): void => {
    const column = columns.get(name) ?? Array.from<undefined>({ length: scrapes });
    columns.set(name, column);
    column[scrapes] = value;
  };
  return {
    add(page) {
      put('up{job="replywatch",instance="exporter:9877"}', page === undefined ? 0 : 1);
      for (const line of page?.split('\n') ?? []) {
        const [, name = '', labels = '', value = ''] = /^([a-z_]+)(?:\{(.*?)\})? ([^ ]+)/.exec(line) ?? [];
        if (!read.has(name) || /le="(?:1|2|5|10|15|30|45|90|120)(?:\.0)?"/.test(labels)) continue; // buckets that no rule's quantile comes near
        const own = labels.includes('instance=') ? labels : ['instance="exporter:9877"', labels].filter((part) => part !== '').join(',');
        put(`${name}{job="replywatch",${own}}`, name.endsWith('_timestamp_seconds') && name.startsWith('chat_') ? Math.max(0, Number(value) - from / 1000) : Number(value));
      }
      scrapes += 1;
    },
    series: () => [...columns].map(([series, values]) => ({ series, values: notation(values, scrapes) })),
  };
}

function notation(values: readonly (number | undefined)[], length: number): string {
  const parts: string[] = [];
  for (let at = 0; at < length;) {
    const value = values[at];
    let run = 1;
    if (value === undefined) {
      while (at + run < length && values[at + run] === undefined) run += 1;
      parts.push(at > 0 ? `stale${run > 1 ? ` _x${run - 1}` : ''}` : `_x${run}`);
    } else {
      while (at + run < length && values[at + run] === value) run += 1;
      parts.push(run > 1 ? `${value}x${run - 1}` : String(value));
    }
    at += run;
  }
  return parts.join(' ');
}

/** An alert that fires at one moment, with all that its rule gives it. */
export interface Firing { readonly labels: Readonly<Record<string, string>>; readonly annotations: Readonly<Record<string, string>> }

/** Lets promtool evaluate the project's rules over a history, every `evaluationSeconds`; the alerts that fire half a step after each evaluation. */
export async function evaluate(
  directory: string, history: ScrapedHistory, { seconds, scrapeSeconds, evaluationSeconds }: { readonly seconds: number; readonly scrapeSeconds: number; readonly evaluationSeconds: number },
): Promise<readonly (readonly Firing[])[]> {
  const steps = Math.floor(seconds / evaluationSeconds);
  const file = join(directory, 'rehearsal.json'); // JSON is YAML
  const names = alertNames.filter((name) => name !== 'Watchdog');
  writeFileSync(file, JSON.stringify({
    rule_files: ruleFiles, evaluation_interval: `${evaluationSeconds}s`, group_eval_order: groupNames(),
    tests: [{
      interval: `${scrapeSeconds}s`, external_labels: { grafana_url: 'http://grafana.test', runbook_url: 'http://replywatch.test/runbooks' }, input_series: history.series(),
      alert_rule_test: Array.from({ length: steps }, (_, step) => names.map((alertname) => ({ eval_time: `${(step + 0.5) * evaluationSeconds}s`, alertname, exp_alerts: [] }))).flat(),
    }],
  }));
  const { output } = await promtool(['test', 'rules', file]); // it "fails" wherever an alert fires, and says which
  const firing: Firing[][] = Array.from({ length: steps }, () => []);
  for (const part of output.split(/(?=alertname: \w+, time: )/).slice(1)) {
    const [, time = ''] = /^alertname: \w+, time: (\w+)/.exec(part) ?? [];
    const step = Math.floor(secondsOf(time) / evaluationSeconds);
    for (const [, labels = '', annotations = ''] of part.matchAll(/Labels:\{(.*)\}\n\s*Annotations:\{(.*)\}/g)) firing[step]?.push({ labels: pairs(labels), annotations: pairs(annotations) });
  }
  if (!output.includes('Unit Testing')) throw new Error(output.slice(0, 2_000));
  return firing;
}

/** Recording rules before those that read them. */
function groupNames(): readonly string[] {
  const file = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(z.object({ record: z.string().optional() })) })) });
  const groups = ruleFiles.flatMap((path) => file.parse(parse(readFileSync(path, 'utf8'))).groups);
  return [...groups.filter(({ rules }) => rules[0]?.record !== undefined), ...groups.filter(({ rules }) => rules[0]?.record === undefined)].map(({ name }) => name);
}

function pairs(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...text.matchAll(/(\w+)=("(?:[^"\\]|\\.)*")/g)].map(([, name = '', value = '']) => [name, String(JSON.parse(value))]));
}

function secondsOf(duration: string): number {
  const units: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 };
  return [...duration.matchAll(/(\d+)([wdhms])/g)].reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? NaN), 0);
}
