/** History as OpenMetrics with a time on every sample, for `promtool tsdb create-blocks-from openmetrics`. */
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Gauge, Metric } from '../metrics/metric.ts';
import { PersistedSeries } from '../metrics/persisted.ts';
import { createProjector } from '../metrics/project.ts';
import type { Slot, Slots } from '../metrics/slots.ts';
import type { Moment } from '../store/moments.ts';

/** What is written, for which times, and where. */
export interface HistoryOptions {
  readonly moments: AsyncIterable<readonly Moment[]>;
  readonly metrics: readonly Metric[];
  /** Gauges of which moments tell changes. */
  readonly gauges: readonly Gauge[];
  readonly slots: Slots;
  /** Of every series: `job` and `instance` as the scrape would give them, so that they continue. */
  readonly constantLabels: Readonly<Record<string, string>>;
  /** First and last sample, epoch ms; undefined: from the first moment. What happened before counts all the same. */
  readonly from: number | undefined;
  readonly to: number;
  readonly stepMs: number;
  /** An empty directory, for one file per metric. */
  readonly directory: string;
  readonly onProgress: (samples: number, at: number, from: number) => void;
}

/** Paths in the order of the exposition, and how many samples they hold. */
export interface Written { readonly files: readonly string[]; readonly samples: number }

const FLUSH = 1 << 20;

/**
 * Writes one file per metric, whole when they are put one after the other and ended with `# EOF`: the format wants all samples of a metric
 * together, while history comes in the order of time. (It wants those of a series together as well; promtool does not.) A series begins with a 0 one step before its first value, so that rates see it.
 */
export async function writeHistory({ moments, metrics, gauges, slots, constantLabels, from, to, stepMs, directory, onProgress }: HistoryOptions): Promise<Written> {
  const series = new PersistedSeries({ metrics, gauges, slots, constantLabels, cacheMs: 0 });
  const projector = createProjector(metrics, slots);
  const totals = new Map<string, number>();
  const levels = new Map<string, { readonly name: string; readonly labels: Readonly<Record<string, string>>; value: number }>();
  const granted = new Map<string, number>();
  const files = createFiles(directory);
  let increments = new Map<string, number>();
  let at = from; // the step whose samples are written next
  let began: number | undefined;

  const take = async (): Promise<void> => {
    for (const key of increments.keys()) {
      if (totals.has(key)) continue;
      totals.set(key, 0);
      series.set(key, 0);
    }
    if (began !== undefined) files.write(await series.render(), began);
    for (const [key, by] of increments) {
      const value = (totals.get(key) ?? 0) + by;
      totals.set(key, value);
      series.set(key, value);
    }
    for (const { name, labels, value } of levels.values()) series.setGauge(name, labels, value);
    increments = new Map();
    began = at;
    onProgress(files.samples(), at!, from ?? at!);
  };
  for await (const page of moments) {
    for (const moment of page) {
      at ??= Math.floor(moment.at / stepMs) * stepMs;
      while (moment.at > at && at <= to) {
        await take();
        at += stepMs;
      }
      if (moment.at > to) continue;
      count(moment.fact);
    }
  }
  for (; at !== undefined && at <= to; at += stepMs) await take();
  if (began !== undefined) files.write(await series.render(), began);
  return files.end();

  function count(fact: Moment['fact']): void {
    if (fact.type === 'gauge') {
      const key = `${fact.name} ${fact.channel} ${fact.inbox}`;
      const level = levels.get(key) ?? { name: fact.name, labels: { channel: fact.channel, inbox: fact.inbox }, value: 0 };
      level.value += fact.by;
      levels.set(key, level);
      return;
    }
    const own = new Map<string, number>();
    projector.add(fact, own);
    const missing = projector.missing();
    if (missing.length > 0) {
      own.clear(); // incomplete without the slots
      for (const slot of missing) grant(slot);
      projector.add(fact, own);
    }
    for (const [key, by] of own) increments.set(key, (increments.get(key) ?? 0) + by);
  }

  function grant({ label, value }: Slot): void {
    granted.set(label, (granted.get(label) ?? 0) + 1);
    slots.accept(label, value, granted.get(label)! <= slots.cap(label));
  }
}

function createFiles(directory: string) {
  const texts = new Map<string, string>();
  const order: string[] = [];
  const headed = new Set<string>();
  let samples = 0;
  const path = (family: string): string => join(directory, family);
  const flush = (family: string): void => {
    appendFileSync(path(family), texts.get(family)!);
    texts.set(family, '');
  };
  return {
    write(text: string, at: number): void {
      const time = ` ${at / 1000}\n`;
      let family = '';
      for (let start = 0, end = text.indexOf('\n'); end !== -1; start = end + 1, end = text.indexOf('\n', start)) {
        const line = text.slice(start, end);
        if (line.startsWith('# ')) {
          family = line.split(' ')[2]!;
          if (!texts.has(family)) {
            texts.set(family, '');
            order.push(family);
          }
          if (headed.has(`${family} ${line}`)) continue;
          headed.add(`${family} ${line}`);
          texts.set(family, `${texts.get(family)!}${line}\n`);
        } else {
          samples += 1;
          texts.set(family, texts.get(family)! + line + time);
        }
      }
      for (const [name, held] of texts) if (held.length > FLUSH) flush(name);
    },
    samples: () => samples,
    end(): Written {
      for (const family of order) flush(family);
      return { files: order.map(path), samples };
    },
  };
}
