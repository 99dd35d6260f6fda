/** `npm start` as a process of its own, beside the Postgres that npm brought. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cleanUp, startExporter, temporaryDirectory, type Exporter } from './faults/exporter.ts';
import { until } from './support/until.ts';

const TOKEN = 'planted-telemetry-token-2b7e';
const exporters: Exporter[] = [];
const directories: string[] = [];
afterAll(() => cleanUp(exporters, directories));

function directory(): string {
  const made = temporaryDirectory();
  directories.push(made);
  return made;
}

test('with a source of its own the machine still runs Prometheus and the viewer, which know the token of the telemetry port', async () => {
  const exporter = await startExporter({ dataDir: directory(), env: { REPLYWATCH_COMPANIONS: 'auto', TELEMETRY_TOKEN: TOKEN } });
  exporters.push(exporter);
  const { running } = JSON.parse(exporter.output().split('\n').find((line) => line.startsWith('{"running"')) ?? '') as { running: { Prometheus: string; Traces: string } };
  expect(running.Traces).toMatch(/^http:/);
  const [prometheus = ''] = running.Prometheus.split(' ');
  const target = `:${exporter.telemetryPort}/metrics`;
  await until('Prometheus reads the metrics', async () => {
    const { data } = await (await fetch(`${prometheus}/api/v1/targets`)).json() as { data: { activeTargets: { scrapeUrl: string; health: string }[] } };
    return data.activeTargets.find(({ scrapeUrl, health }) => scrapeUrl.endsWith(target) && health === 'up');
  }, 40_000);
  expect(await exporter.end('SIGTERM')).toBe(0);
  await expect(fetch(prometheus)).rejects.toThrow();
});

test('a port that is taken is named, with the variable that would change it', async () => {
  const other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await expect(startExporter({ dataDir: directory(), telemetryPort: port ?? 0 })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}: another program listens there; stop it, or set TELEMETRY_PORT`);
  other.close();
});

test('a data directory that cannot be used is named, with the variable that would choose another', async () => {
  const dataDir = directory();
  await expect(startExporter({ dataDir, env: { REPLYWATCH_DATA_DIR: join(dataDir, 'replywatch.yml', 'data') } }))
    .rejects.toThrow(/REPLYWATCH_DATA_DIR: .* cannot be used: .*replywatch\.yml is not a directory; make it writable for this user, or set another/);
});

test('it ends and says why when the bundled Postgres is gone: nothing would be stored any more', async () => {
  const exporter = await startExporter({ dataDir: directory() });
  exporters.push(exporter);
  const postmaster = /"pid":(\d+),"directory":"[^"]+","msg":"embedded Postgres started"/.exec(exporter.output())?.[1];
  process.kill(Number(postmaster), 'SIGKILL');
  await until('the exporter has ended', () => !exporter.alive(), 20_000);
  expect(exporter.output()).toContain('The bundled Postgres has ended by itself');
  expect(await exporter.end('SIGTERM')).toBe(1);
});
