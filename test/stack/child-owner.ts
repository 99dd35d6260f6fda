// Started by child.test.ts as a process of its own: keeps a child, watches who started it, and waits to be killed.
import { join } from 'node:path';
import { createLogger } from '../../exporter/log.ts';
import { startChild } from '../../exporter/stack/child.ts';
import { watchParent } from '../../exporter/stack/parent.ts';

const directory = process.argv[2] ?? '';
const child = await startChild({ name: 'sleeper', command: 'sleep', args: ['600'], logFile: join(directory, 'sleeper.log'), log: createLogger('silent') });
watchParent(() => process.exit(0));
setInterval(() => undefined, 60_000);
console.log(JSON.stringify({ pid: child.pid, owner: process.pid }));
