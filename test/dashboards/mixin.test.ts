import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runMixin } from '../../dashboards/src/mixin.ts';
import { renderAll } from '../../dashboards/src/render.ts';
import { promtool } from '../support/prometheus.ts';

let out: string;
beforeAll(async () => { out = await mkdtemp(path.join(tmpdir(), 'mixin-')); });
afterAll(() => rm(out, { recursive: true }));

const read = (...names: readonly string[]): Promise<string> => readFile(path.join(out, ...names), 'utf8');

interface ConfigMap { readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: Readonly<Record<string, string>> }; readonly data: Readonly<Record<string, string>> }

it('writes dashboards, rules and runbooks as they are', async () => {
  expect(await runMixin(['--out', out], () => undefined)).toBe(0);
  for (const [name, text] of renderAll()) expect(JSON.parse(await read('dashboards', name))).toEqual(JSON.parse(text));
  const rules = await readdir(path.join(out, 'rules'));
  const { code, output } = await promtool(['check', 'rules', '--lint=none', ...rules.map((name) => path.join(out, 'rules', name))]);
  expect(code, output).toBe(0);
  expect(await readdir(path.join(out, 'runbooks'))).toContain('CustomersWaiting.md');
});

it('makes one PrometheusRule that Prometheus takes, with every rule', async () => {
  const { kind, spec } = parse(await read('kubernetes', 'prometheus-rule.yaml')) as { kind: string; spec: { groups: readonly { name: string; rules: readonly object[] }[] } };
  expect(kind).toBe('PrometheusRule');
  expect(new Set(spec.groups.map(({ name }) => name)).size).toBe(spec.groups.length);
  await writeFile(path.join(out, 'spec.yml'), stringify(spec));
  const { code, output } = await promtool(['check', 'rules', '--lint=none', path.join(out, 'spec.yml')]);
  expect(code, output).toBe(0);
  const single = (await Promise.all((await readdir(path.join(out, 'rules'))).map(async (name) => (parse(await read('rules', name)) as typeof spec).groups))).flat();
  expect(spec.groups.flatMap(({ rules }) => rules)).toHaveLength(single.flatMap(({ rules }) => rules).length);
});

it('makes a ConfigMap per dashboard that Grafana\'s sidecar finds and Kubernetes takes', async () => {
  const maps = parseAllDocuments(await read('kubernetes', 'dashboards.yaml')).map((document) => document.toJS() as ConfigMap);
  expect(maps).toHaveLength(renderAll().size);
  for (const map of maps) {
    const { metadata, data } = map;
    expect(metadata).toMatchObject({ namespace: 'monitoring', labels: { grafana_dashboard: '1' } });
    expect(metadata.name).toMatch(/^[a-z0-9-]{1,63}$/);
    const [[name, text] = ['', '']] = Object.entries(data);
    expect(JSON.parse(text)).toEqual(JSON.parse(renderAll().get(name) ?? ''));
    // `kubectl apply` keeps what it applied in an annotation, and all annotations together hold 256 KiB.
    expect(Buffer.byteLength(JSON.stringify(map))).toBeLessThan(250_000);
  }
});

it('takes the uids and addresses of the house', async () => {
  expect(await runMixin(['--out', out, '--prometheus', 'mimir-1', '--postgres', 'pg-1', '--tempo', 'tempo-1', '--runbooks', 'https://wiki.example/runbooks'], () => undefined)).toBe(0);
  for (const name of renderAll().keys()) {
    const text = await read('dashboards', name);
    expect(text).not.toMatch(/"uid": "(prometheus|postgres|tempo)"|%22datasource%22%3A%22tempo%22|localhost:9877\/runbooks/);
  }
  expect(await read('dashboards', 'msg-overview.json')).toMatch(/"uid": "mimir-1"[\s\S]*https:\/\/wiki\.example\/runbooks/);
  expect(await runMixin(['--colour', 'red'], () => undefined)).toBe(2);
});

it('deletes nothing that it did not write', async () => {
  const theirs = path.join(out, 'theirs', 'dashboards');
  await mkdir(theirs, { recursive: true });
  await writeFile(path.join(theirs, 'source.ts'), '');
  const said: string[] = [];
  expect(await runMixin(['--out', path.dirname(theirs)], (line) => said.push(line))).toBe(2);
  expect(said.join()).toContain('did not write them');
  expect(await readdir(theirs)).toEqual(['source.ts']);
});

it('explains itself', async () => {
  const said: string[] = [];
  expect(await runMixin(['--help'], (line) => said.push(line))).toBe(0);
  expect(said.join()).toContain('npm run mixin -- ');
});
