/**
 * Signed webhooks of one event each through the whole pipeline, acked once durable, against express 5 that only reads the body.
 * `--hot`: 50 conversations instead of 20,000; `--connections N`: 64 by default; `--profile DIR`: a CPU profile of the exporter.
 */
import { parseArgs } from 'node:util';
import { drive, type Measured } from './load.ts';
import { median, SECRET, withSides, type Side } from './servers.ts';
import { createTraffic } from './traffic.ts';

/** Odd, and more than a few: what else the machine does moves single rounds by half. */
const ROUNDS = 9;
/** Before they count: the compiler goes on for a dozen seconds of load (the CPU per request falls by half), and a service runs for days. */
const WARM_UP = 6;
const ROUND_MS = 2_000;
/** More than any side answers in a round. */
const PER_ROUND = 40_000;

/** Prints each round and at last `ratio <median>`: the exporter's rate as a share of the no-op's. */
export async function run(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2), allowPositionals: true,
    options: { hot: { type: 'boolean', default: false }, connections: { type: 'string', default: '64' }, profile: { type: 'string' } },
  });
  const conversations = values.hot ? 50 : 20_000;
  const connections = Number(values.connections);
  if (!Number.isInteger(connections) || connections < 1) throw new Error('--connections must be a whole number above 0');
  const traffic = createTraffic({ secret: SECRET, conversations, events: 1 });
  console.log(`one signed event per webhook, ${conversations} conversations, ${connections} connections, ${ROUNDS} paired rounds of ${ROUND_MS / 1000} s; requests per second`);
  let requests: readonly Buffer[] = [];
  let used = 0;
  await withSides(async ({ exporter, noop }) => {
    const ratios: number[] = [];
    for (let round = 1 - WARM_UP; round <= ROUNDS; round++) {
      requests = [...requests.slice(used), ...traffic(PER_ROUND - (requests.length - used))];
      used = 0;
      const ours = (): Promise<Sample> => sample(exporter, connections, () => requests[used++]);
      let turn = 0;
      const theirs = (): Promise<Sample> => sample(noop, connections, () => requests[turn++ % requests.length]);
      const first = round % 2 === 0 ? await ours() : await theirs();
      const second = round % 2 === 0 ? await theirs() : await ours();
      const [mine, other] = round % 2 === 0 ? [first, second] : [second, first];
      used = Math.min(used, requests.length);
      if (round < 1) continue;
      const ratio = mine.perSecond / other.perSecond;
      ratios.push(ratio);
      console.log(`round ${round}  exporter ${describe(mine)}  no-op ${describe(other)}  ratio ${ratio.toFixed(3)}`);
    }
    console.log(`ratio ${median(ratios).toFixed(3)}`);
  }, values.profile);
}

interface Sample extends Measured { readonly microseconds: number }

async function sample(side: Side, connections: number, next: () => Buffer | undefined): Promise<Sample> {
  const before = await side.cpu();
  const measured = await drive({ port: side.port, connections, milliseconds: ROUND_MS, next });
  return { ...measured, microseconds: ((await side.cpu()) - before) * 1e6 / measured.answered };
}

const describe = ({ perSecond, microseconds }: Sample): string => `${perSecond.toFixed(0)}/s (${microseconds.toFixed(0)} µs CPU of Node each)`;

if (import.meta.main) await run();
