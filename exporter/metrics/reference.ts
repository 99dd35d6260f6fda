import { GAUGES, METRICS } from './index.ts';
import type { Gauge, LabelValues } from './metric.ts';
import { PROCESS_METRICS } from './process-definitions.ts';

interface Row {
  readonly type: string;
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelValues>> | readonly string[];
  readonly buckets?: readonly number[];
  readonly exemplars?: boolean;
}

/** The text of docs/metrics.md. @param computed gauges of rollups, which this room does not know */
export function renderMetricsReference(computed: readonly Gauge[]): string {
  return `# Metrics

Rendered from the definitions in \`exporter/metrics/\`; \`npm run docs\` writes it again.

Durations are seconds, times are Unix seconds, ratios run from 0 to 1. \`chat_*\` series are totals of the whole cluster: they live in
Postgres, continue after a restart and are served by one replica at a time. \`replywatch_*\` series concern one process and are served
by every replica, beside the usual \`process_*\` and \`nodejs_*\` ones.

Every combination of closed labels that can occur exists at 0 from the first scrape, for each configured pair of channel and inbox and
each configured source. Open labels have at most as many values as stated below, first come first served; what comes later is counted
under \`other\`. One pair of channel and inbox makes about 520 series, so a \`sample_limit\` of 60,000 holds about 110 pairs.

## What happened: \`chat_*\` counters and histograms

${table(METRICS)}

## What is true now: \`chat_*\` gauges

While the database is away, gauges that describe the present disappear rather than show a stale value.

${table(GAUGES)}

## What is computed on a schedule: \`chat_*\` gauges

They keep the value of the last run that succeeded (\`chat_rollup_last_success_timestamp_seconds\`), and have no series while nothing is known.

${table(computed)}

## The process: \`replywatch_*\`

${table(PROCESS_METRICS)}

## Values of labels

| label | values |
|---|---|
${labelValues()}

## Upper bounds of buckets

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
  const names: readonly string[] = Array.isArray(labels) ? labels : Object.keys(labels);
  return names.map((name) => `\`${name}\``).join(', ') || '–';
}

/** One line per label, or several where metrics differ in what it may be. */
function labelValues(): string {
  const sets = new Map<string, Set<string>>();
  const rows: readonly { readonly labels: Readonly<Record<string, LabelValues>> }[] = [...METRICS, ...PROCESS_METRICS];
  for (const { labels } of rows) {
    for (const [label, values] of Object.entries(labels)) sets.set(label, (sets.get(label) ?? new Set()).add(valuesText(values)));
  }
  return [...sets].flatMap(([label, texts]) => [...texts].map((text) => `| \`${label}\` | ${text} |`)).join('\n');
}

const valuesText = (values: LabelValues): string => ('max' in values ? `open, at most ${values.max}` : values.map((value) => `\`${value}\``).join(' '));

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
