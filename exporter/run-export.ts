/** The command `export-metrics`. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHistory } from './history/openmetrics.ts';
import { instant } from './sources/canonical-event.ts';
import { GAUGES, METRICS } from './metrics/index.ts';
import { createSlots } from './metrics/slots.ts';
import { createProgress } from './progress.ts';
import { clusterId } from './store/cluster.ts';
import { moments } from './store/moments.ts';
import { atWorkplace } from './workplace.ts';

interface ExportCommand {
  /** Times as ISO 8601; a step as `15s`, `5m`, `1h`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly step?: string | undefined;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
/** As often as Prometheus must see a sample to keep a line unbroken. */
const DEFAULT_STEP = '1m';

/** Prints the metrics of stored history. @returns 2 for options that cannot be read */
export async function runExport({ from, to, step = DEFAULT_STEP, out, err }: ExportCommand): Promise<number> {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(step) ?? [];
  const range = [from, to].map((time) => (time === undefined ? undefined : instant.safeParse(time)));
  if (Number(amount) * (SECONDS[unit] ?? 0) <= 0 || amount === undefined || range.some((time) => time?.success === false)) {
    err('usage: replywatch export-metrics [--from TIME] [--to TIME] [--step 1m]\nTimes are ISO 8601 with a zone; a step is a number with s, m, h or d.\n');
    return 2;
  }
  const stepMs = Number(amount) * SECONDS[unit]! * 1000;
  const [since, until = Date.now()] = range.map((time) => time?.data);
  const directory = await mkdtemp(join(tmpdir(), 'replywatch-metrics-'));
  try {
    const written = await atWorkplace(async ({ pool, config }) => {
      const progress = createProgress('samples', err);
      const slots = createSlots(METRICS);
      const { rows } = await pool.query<{ label: string; value: string }>('select slot.label, slot.value from replywatch.label_slot as slot');
      slots.load(rows);
      return writeHistory({
        moments: moments(pool, until, config.settings.settleSeconds), metrics: METRICS, gauges: GAUGES, slots, directory, stepMs, to: until,
        from: since === undefined ? undefined : Math.ceil(since / stepMs) * stepMs,
        constantLabels: { job: 'replywatch', instance: `replywatch-${await clusterId(pool, randomUUID)}` },
        onProgress: (samples, at, began) => progress.tell(samples, (at - began) / Math.max(1, until - began)),
      });
    });
    for (const file of written.files) for await (const chunk of createReadStream(file, 'utf8')) out(String(chunk));
    out('# EOF\n');
    err(`${written.samples} samples of ${written.files.length} metrics\n`);
    return 0;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
