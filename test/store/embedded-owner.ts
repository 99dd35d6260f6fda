// Started by embedded.test.ts as a process of its own: serves a database, reports it, and waits to be killed.
import { startEmbeddedPostgres } from '../../exporter/store/embedded.ts';
import { createLogger } from '../../exporter/log.ts';

const { url, pid } = await startEmbeddedPostgres({ dataDir: process.argv[2] ?? '', log: createLogger('silent') });
console.log(JSON.stringify({ url, pid }));
setInterval(() => undefined, 60_000);
