import { GAUGES, METRICS } from './index.ts';
import type { LabelValues } from './metric.ts';
import { PROCESS_METRICS } from './process-definitions.ts';

interface Row { readonly type: string; readonly name: string; readonly help: string; readonly labels: Readonly<Record<string, LabelValues>> | readonly string[]; readonly buckets?: readonly number[]; readonly exemplars?: boolean }

/** The text of docs/metrics.md. */
export function renderMetricsReference(): string {
  return `# Metrics

Rendered from the definitions in \`exporter/metrics/\`; \`npm run docs\` writes it again.

Durations are seconds, times are Unix seconds, ratios run from 0 to 1. \`chat_*\` series are totals of the whole cluster: they live in
Postgres, continue after a restart and are served by one replica at a time. \`replywatch_*\` series concern one process and are served
by every replica, beside the usual \`process_*\` and \`nodejs_*\` ones.

Labels with a list of values exist at 0 from the first scrape for every configured inbox and channel, as far as the combination can
occur. A label with a number has at most so many values; what comes later is counted under \`other\`.

## What happened: \`chat_*\` counters and histograms

${table(METRICS)}

## What is true now: \`chat_*\` gauges

While the database is away, gauges that describe the present disappear rather than show a stale value.

${table(GAUGES)}

## The process: \`replywatch_*\`

${table(PROCESS_METRICS)}

## Buckets

${buckets()}
`;
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ name, type, labels, help, exemplars }) => {
    const text = help + (exemplars === true ? ' Carries exemplars.' : '');
    return `| \`${name}\` | ${type} | ${labelCell(labels)} | ${text} |`;
  });
  return ['| name | type | labels | meaning |', '|---|---|---|---|', ...lines].join('\n');
}

function labelCell(labels: Row['labels']): string {
  if (Array.isArray(labels)) return labels.map((label) => `\`${label}\``).join(', ') || '–';
  return Object.entries(labels).map(([label, values]) => `\`${label}\`${valuesText(values)}`).join(', ') || '–';
}

function valuesText(values: LabelValues): string {
  if ('max' in values) return values.max === 1 ? '' : ` (≤ ${values.max})`;
  return values.length > 12 ? ` (${values.length} values)` : `: ${values.join(' · ')}`;
}

/** Histograms by their bounds, those that share them on one line. */
function buckets(): string {
  const names = new Map<string, string[]>();
  const histograms: readonly Row[] = [...METRICS, ...PROCESS_METRICS];
  for (const { name, buckets: bounds } of histograms) {
    if (bounds === undefined) continue;
    const text = bounds.join(', ');
    names.set(text, [...(names.get(text) ?? []), `\`${name}\``]);
  }
  return [...names].map(([bounds, all]) => `- ${all.join(', ')}: ${bounds}`).join('\n');
}
