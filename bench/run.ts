/** `npm run bench -- NAME`: each benchmark compares two sides in one run and prints its figures last. */
const BENCHES: Readonly<Record<string, () => Promise<{ run: () => Promise<void> }>>> = {
  scrape: () => import('./scrape.ts'),
  ingest: () => import('./ingest.ts'),
  batch: () => import('./batch.ts'),
  memory: () => import('./memory.ts'),
  start: () => import('./start.ts'),
  rollup: () => import('./rollup.ts'),
  traces: () => import('./traces.ts'),
  dashboards: () => import('./dashboards.ts'),
};

const [name = ''] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (!bench) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHES).join('|')}\n`);
  process.exitCode = 2;
} else {
  await (await bench()).run();
}
