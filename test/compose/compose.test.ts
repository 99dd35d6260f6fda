import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { VARIABLES, secretVariable } from '../../exporter/config/variables.ts';
import { SOURCES } from '../../exporter/sources/index.ts';
import { ROOT, SCHEMA, readCompose, type ComposeFile, type Service } from './compose-file.ts';
import { mountedFiles, referenceProblems, serviceProblems } from './rules.ts';

const run = promisify(execFile);
const compose = await readCompose();
const exporter = compose.services['exporter'] as Service; // the first test would fail without it

describe('docker-compose.yml', () => {
  it('has the form of the Compose specification', () => {
    const validate = new Ajv({ allErrors: true }).compile(SCHEMA);
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
  });

  it('runs the whole stack, and more on request', () => {
    const profiles = Object.fromEntries(Object.entries(compose.services).map(([name, { profiles = [] }]) => [name, profiles.join()]));
    expect(profiles).toEqual({ exporter: '', postgres: '', prometheus: '', alertmanager: '', grafana: '', tempo: '', proxy: 'https', simulator: 'demo' });
  });

  it.each(Object.entries(compose.services).map(([name, service]) => ({ name, service })))('$name keeps the house rules', ({ name, service }) => {
    expect(serviceProblems(name, service)).toEqual([]);
  });

  it('has no loose ends', () => expect(referenceProblems(compose)).toEqual([]));

  it.each(mountedFiles(compose))('mounts $file, which is there', async ({ file }) => {
    await expect(stat(path.join(ROOT, file))).resolves.toBeDefined();
  });

  it('mounts no configuration that calls a name nobody has', async () => {
    const names = ['localhost', ...Object.keys(compose.services), ...Object.values(compose.services).flatMap(({ extra_hosts = [] }) => extra_hosts.map((host) => host.split(':')[0]!))];
    const called = (await Promise.all(mountedFiles(compose).map(({ file }) => addressesIn(path.join(ROOT, file))))).flat();
    expect(called).toEqual(expect.arrayContaining(['exporter', 'alertmanager', 'postgres', 'tempo', 'alert-relay']));
    expect([...new Set(called)].filter((name) => !names.includes(name))).toEqual([]);
  });

  it('gives the exporter only variables it knows', () => {
    const known = new Set([...VARIABLES.map(({ name }) => name), ...SOURCES.flatMap(({ id, secrets }) => secrets.map(({ name }) => secretVariable(id, name)))].flatMap((name) => [name, `${name}_FILE`]));
    expect(Object.keys(exporter.environment ?? {}).filter((name) => !known.has(name))).toEqual([]);
  });

  it('gives the simulator the very secrets the exporter checks', () => {
    const ofSources = (service: Service | undefined): [string, string][] => Object.entries(service?.environment ?? {}).filter(([name]) => /^(WHATSAPP|CHATWOOT|EVENTS)_/.test(name));
    expect(ofSources(compose.services['simulator']).length).toBeGreaterThan(1);
    expect(ofSources(compose.services['simulator'])).toEqual(ofSources(exporter));
  });

  it('calls Postgres healthy when it can be reached, not while it prepares its volume', () => {
    expect(compose.services['postgres']?.healthcheck?.test?.join(' ')).toContain('pg_isready -h 127.0.0.1 ');
  });

  it('lets Grafana renew no plugins, which a read-only file system would lose', () => {
    const { read_only: isReadOnly, environment } = compose.services['grafana']!;
    expect([isReadOnly, environment?.['GF_PLUGINS_PREINSTALL_DISABLED']]).toEqual([true, 'true']);
  });

  it('keeps enough history, and exemplars', () => {
    const flags = compose.services['prometheus']?.command ?? [];
    expect(flags).toEqual(expect.arrayContaining(['--storage.tsdb.retention.time=90d', '--enable-feature=exemplar-storage']));
    expect(flags.join()).not.toContain('admin-api');
  });
});

describe('the mounted configuration', () => {
  it('of Prometheus is accepted where it is mounted', async () => {
    await inContainerLayout('prometheus', async (folder) => {
      const { stdout } = await run('promtool', ['check', 'config', path.join(folder, 'etc/prometheus/prometheus.yml')]);
      expect(stdout).toMatch(/\d+ rule files? found/);
    });
  });

  it('of Alertmanager is accepted where it is mounted', async () => {
    await inContainerLayout('alertmanager', async (folder) => {
      const { stdout } = await run('amtool', ['check-config', path.join(folder, 'etc/alertmanager/alertmanager.yml')]);
      expect(stdout).toMatch(/[1-9]\d* templates?/);
    });
  });
});

describe('the house rules', () => {
  it.each<[string, Partial<Service>, string]>([
    ['latest', { image: 'grafana/grafana:latest' }, 'the image is not pinned to a version'],
    ['no tag', { image: 'postgres' }, 'the image is not pinned to a version'],
    ['root', { user: '0:0' }, 'it runs as root, or as whoever the image says'],
    ['a writable root', { read_only: false }, 'the root file system is writable'],
    ['an open port', { ports: ['3000:3000'] }, 'port 3000:3000 is open to everyone'],
    ['a secret in the environment', { environment: { EVENTS_TOKEN: 'abc' } }, 'EVENTS_TOKEN is a secret in the environment'],
    ['a secret that is not mounted', { environment: { DATABASE_URL_FILE: '/run/secrets/nothing' } }, 'DATABASE_URL_FILE names a secret that is not given'],
    ['an added capability', { cap_add: ['NET_ADMIN'] }, 'capabilities are added'],
    ['a check of localhost', { healthcheck: { test: ['CMD', 'wget', '-q', 'http://localhost:9877/'] } }, 'the health check asks localhost, not 127.0.0.1'],
    ['a writable mount', { volumes: ['./dashboards:/x'] }, './dashboards:/x is mounted writable'],
  ])('name %s', (_, change, problem) => expect(serviceProblems('exporter', { ...exporter, ...change })).toEqual([problem]));

  it('name loose ends', () => {
    const broken: ComposeFile = { ...compose, volumes: { ...compose.volumes, spare: {} }, services: { ...compose.services, exporter: { ...exporter, depends_on: { nobody: { condition: 'service_started' } } } } };
    expect(referenceProblems(broken)).toEqual(['exporter waits for nobody, which does not exist', 'volumes: spare is not used']);
  });
});

/** Names before a port in a file, or in all files of a folder; comments left out. */
async function addressesIn(file: string): Promise<string[]> {
  if ((await stat(file)).isDirectory()) return (await Promise.all((await readdir(file)).map((name) => addressesIn(path.join(file, name))))).flat();
  if (!/\.(ya?ml|sh)$|Caddyfile$/.test(file)) return [];
  const text = (await readFile(file, 'utf8')).replaceAll(/(^|\s)#.*$/gm, '');
  return [...text.matchAll(/(?<![\w.:-])(?:https?:\/\/)?([a-z][a-z-]*):\d{4,5}\b/g)].map(([, name]) => name!);
}

/** What a service mounts from the repository, at the paths the container sees, below a folder that is gone afterwards. */
async function inContainerLayout(service: string, check: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), `compose-${service}-`));
  try {
    for (const { file, target } of mountedFiles(compose).filter((mount) => mount.service === service)) {
      await mkdir(path.join(folder, path.dirname(target)), { recursive: true });
      await cp(path.join(ROOT, file), path.join(folder, target), { recursive: true });
    }
    await check(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
