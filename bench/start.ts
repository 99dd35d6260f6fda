/** From the spawn of the exporter until it says that it is ready, with a million open conversations in its database, which runs already. */
import { startExporter } from './exporter-process.ts';
import { withMillion } from './million.ts';
import { median } from './servers.ts';

const STARTS = 7;

/** Prints each start and at last `start <median> s`. */
export async function run(): Promise<void> {
  await withMillion(async ({ databaseUrl, directory }) => {
    const seconds: number[] = [];
    for (let n = 0; n <= STARTS; n++) { // the first one reads the files from the disk and is not counted
      const exporter = await startExporter({ databaseUrl, directory });
      await exporter.stop();
      if (n === 0) continue;
      seconds.push(exporter.readySeconds);
      console.log(`start ${n}  ${exporter.readySeconds.toFixed(3)} s`);
    }
    console.log(`start ${median(seconds).toFixed(3)} s`);
  });
}

if (import.meta.main) await run();
