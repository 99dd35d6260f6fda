import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GAUGES, METRICS } from '../../exporter/metrics/index.ts';
import { PROCESS_METRICS } from '../../exporter/metrics/process-definitions.ts';
import { renderMetricsReference } from '../../exporter/metrics/reference.ts';
import { ROLLUPS } from '../../exporter/rollups/index.ts';

const COMPUTED = ROLLUPS.flatMap((rollup) => rollup.gauges);
const ALL = [...METRICS, ...GAUGES, ...COMPUTED, ...PROCESS_METRICS];

describe('the metrics reference', () => {
  test('docs/metrics.md is what the definitions say; npm run docs writes it', () => {
    expect(readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')).toBe(renderMetricsReference(COMPUTED));
  });
});

describe('the definitions', () => {
  test('no name is used twice', () => {
    const names = ALL.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test.each(ALL.map(({ name, type, help }) => ({ name, type, help })))('$name is named and described by the rules', ({ name, type, help }) => {
    expect(name).toMatch(/^(chat|replywatch)_[a-z_]+$/);
    expect(name.endsWith('_total')).toBe(type === 'counter');
    if (type === 'histogram') expect(name).toMatch(/_(seconds|events)$/);
    expect(help).toMatch(/^[A-Z].{10,160}\.$/);
    expect(help).not.toMatch(/["\\\n]/); // the two formats escape these differently
  });

  test('bounds of histograms ascend and hold the default targets', () => {
    for (const { name, buckets } of METRICS.filter(({ type }) => type === 'histogram')) {
      expect(buckets, name).toEqual([...new Set(buckets)].toSorted((a, b) => a - b));
    }
    expect(METRICS.find(({ name }) => name === 'chat_first_response_seconds')?.buckets).toEqual(expect.arrayContaining([60, 120, 180, 300]));
  });
});
