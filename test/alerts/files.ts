import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

export const root = join(import.meta.dirname, '../..');
export const alertsDir = join(root, 'alerts');
export const alertmanagerFile = join(alertsDir, 'alertmanager.yml');

const annotations = z.record(z.string(), z.string());
const alertingRule = z.strictObject({
  alert: z.string(), expr: z.string(), for: z.string().optional(), keep_firing_for: z.string().optional(), labels: z.record(z.string(), z.string()), annotations,
});
const recordingRule = z.strictObject({ record: z.string(), expr: z.string() });
const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), interval: z.string().optional(), rules: z.array(z.union([alertingRule, recordingRule])) })),
});

const alertTest = z.object({ eval_time: z.string(), alertname: z.string(), exp_alerts: z.array(z.object({ exp_labels: z.record(z.string(), z.string()) })) });
const testFile = z.object({
  rule_files: z.array(z.string()),
  tests: z.array(z.object({ name: z.string(), alert_rule_test: z.array(alertTest).default([]) })),
});

export type Alert = z.infer<typeof alertingRule>;
export type Recording = z.infer<typeof recordingRule>;
export type RuleTest = z.infer<typeof testFile>['tests'][number];

/** Absolute paths of all rule files, in the order of their names. */
export const ruleFiles: readonly string[] = yamlIn(join(alertsDir, 'rules'));
/** Absolute paths of all files of promtool unit tests. */
export const testFiles: readonly string[] = yamlIn(join(alertsDir, 'tests'));

const rules = ruleFiles.flatMap((file) => ruleFile.parse(read(file)).groups.flatMap((group) => group.rules));
export const alerts: readonly Alert[] = rules.filter((rule) => 'alert' in rule);
export const recordings: readonly Recording[] = rules.filter((rule) => 'record' in rule);
/** Names of the alerts, each once, however many rules share it. */
export const alertNames: readonly string[] = [...new Set(alerts.map(({ alert }) => alert))];

export const ruleTests: readonly RuleTest[] = testFiles.flatMap((file) => testFile.parse(read(file)).tests);

/** Pages people are sent to, by name of the alert. */
export const runbooks: ReadonlyMap<string, string> = new Map(
  readdirSync(join(alertsDir, 'runbooks')).map((file) => [basename(file, '.md'), readFileSync(join(alertsDir, 'runbooks', file), 'utf8')]),
);

/** A duration of Prometheus or Alertmanager, such as `1h30m`, in seconds. */
export function seconds(duration: string): number {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
  return [...duration.matchAll(/(\d+)([smhdw])/g)].reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? NaN), 0);
}

function yamlIn(directory: string): readonly string[] {
  return readdirSync(directory).filter((file) => file.endsWith('.yml')).toSorted().map((file) => join(directory, file));
}

function read(file: string): unknown {
  return parse(readFileSync(file, 'utf8'), { merge: true });
}
