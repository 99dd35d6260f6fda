/** Webhooks of 100 events against webhooks of one, through the whole pipeline, acked once durable: events per second, side by side. */
import { drive } from './load.ts';
import { median, SECRET, withSides } from './servers.ts';
import { createTraffic } from './traffic.ts';

const ROUNDS = 5;
const ROUND_MS = 2_000;
const EVENTS = 100;
/** More requests than are answered in a round. */
const SINGLES = 30_000;
const BATCHES = 1_200;

/** Prints each round and at last `ratio <median>`: events per second in hundreds as a multiple of those sent one by one. */
export async function run(): Promise<void> {
  const shared = { secret: SECRET, conversations: 20_000 };
  const one = createTraffic({ ...shared, events: 1, series: 1 });
  const hundred = createTraffic({ ...shared, events: EVENTS, series: 2 });
  console.log(`20000 conversations for each side; 1 event on 64 connections, ${EVENTS} events on 16; ${ROUNDS} paired rounds of ${ROUND_MS / 1000} s; events per second`);
  await withSides(async ({ exporter: { port } }) => {
    const rate = async (requests: readonly Buffer[], connections: number, events: number): Promise<number> => {
      let used = 0;
      return events * (await drive({ port, connections, milliseconds: ROUND_MS, next: () => requests[used++] })).perSecond;
    };
    const ratios: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) { // the first one compiles and is not counted
      const singles = await rate(one(SINGLES), 64, 1);
      const batches = await rate(hundred(BATCHES), 16, EVENTS);
      if (round === 0) continue;
      ratios.push(batches / singles);
      console.log(`round ${round}  by one ${singles.toFixed(0)}  by ${EVENTS} ${batches.toFixed(0)}  ratio ${(batches / singles).toFixed(2)}`);
    }
    console.log(`ratio ${median(ratios).toFixed(2)}`);
  });
}

if (import.meta.main) await run();
