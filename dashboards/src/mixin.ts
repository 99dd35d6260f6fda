/** `npm run mixin`: dashboards, rules and runbooks for people who run their own Grafana and Prometheus, as plain files and as objects for Kubernetes. */
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';
import { DATASOURCES } from './datasources.ts';
import { renderAll } from './render.ts';

const ALERTS = path.resolve(import.meta.dirname, '../../alerts');

const USAGE = `npm run mixin -- [--out mixin] [--prometheus UID] [--postgres UID] [--tempo UID] [--runbooks URL] [--episodes URL] [--namespace monitoring]

Writes dashboards/*.json, rules/*.yml and runbooks/*.md, and kubernetes/prometheus-rule.yaml (for the Prometheus operator) and kubernetes/dashboards.yaml
(one ConfigMap per dashboard with the label grafana_dashboard). UIDs are those of your data sources in Grafana; the addresses are where people open the runbooks and
the pages of episodes of the exporter.
`;

/** How it is adapted: uids of data sources by kind, and addresses. */
interface Wishes {
  readonly out: string;
  readonly namespace: string;
  readonly uids: Readonly<Record<'prometheus' | 'postgres' | 'tempo', string | undefined>>;
  /** By the name of the constant variable that holds the address. */
  readonly addresses: Readonly<Record<'runbooks' | 'episodes', string | undefined>>;
}

/** Says that a folder is ours to write anew. */
const MARK = '.replywatch-mixin';
const FOLDERS = ['dashboards', 'rules', 'runbooks', 'kubernetes'] as const;

/** @returns 0, or 2 for options it does not have and folders it would have to delete things of others from */
export async function runMixin(argv: readonly string[], say: (line: string) => void): Promise<number> {
  if (argv.includes('--help')) {
    say(USAGE);
    return 0;
  }
  const wishes = read(argv);
  if (wishes === undefined) {
    say(USAGE);
    return 2;
  }
  const { out, namespace } = wishes;
  if (!existsSync(path.join(out, MARK)) && FOLDERS.some((folder) => existsSync(path.join(out, folder)))) {
    say(`${out} holds ${FOLDERS.join(', ')} or some of them, and this command did not write them. Name another folder with --out.`);
    return 2;
  }
  await mkdir(out, { recursive: true });
  await writeFile(path.join(out, MARK), '');
  for (const folder of FOLDERS) {
    await rm(path.join(out, folder), { recursive: true, force: true }); // what an older version had must not stay
    await mkdir(path.join(out, folder), { recursive: true });
  }
  const dashboards = new Map([...renderAll()].map(([name, text]) => [name, adapted(text, wishes)]));
  for (const [name, text] of dashboards) await writeFile(path.join(out, 'dashboards', name), text);
  await cp(path.join(ALERTS, 'rules'), path.join(out, 'rules'), { recursive: true });
  await cp(path.join(ALERTS, 'runbooks'), path.join(out, 'runbooks'), { recursive: true });
  await writeFile(path.join(out, 'kubernetes', 'prometheus-rule.yaml'), stringify(await prometheusRule(namespace)));
  await writeFile(path.join(out, 'kubernetes', 'dashboards.yaml'), [...dashboards].map(([name, text]) => stringify(configMap(name, text, namespace))).join('---\n'));
  say(`${dashboards.size} dashboards, ${(await readdir(path.join(out, 'rules'))).length} rule files: ${out}`);
  return 0;
}

function read(argv: readonly string[]): Wishes | undefined {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({ args: [...argv], options: {
      out: { ...text, default: 'mixin' }, namespace: { ...text, default: 'monitoring' }, prometheus: text, postgres: text, tempo: text, runbooks: text, episodes: text,
    } });
    const { out, namespace, prometheus, postgres, tempo, runbooks, episodes } = values;
    return { out: path.resolve(out), namespace, uids: { prometheus, postgres, tempo }, addresses: { runbooks, episodes } };
  } catch {
    return undefined; // an option we do not have: the usage says which there are
  }
}

/** The dashboard with other uids and addresses. */
function adapted(text: string, { uids, addresses }: Wishes): string {
  const dashboard: unknown = JSON.parse(text, (key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if (key === 'datasource') {
      const [kind] = Object.entries(DATASOURCES).find(([, { uid }]) => uid === (value as { uid?: unknown }).uid) ?? [];
      const uid = uids[kind as keyof typeof uids]; // undefined for a kind without a wish
      return uid === undefined ? value : { ...value, uid };
    }
    const address = addresses[(value as { name?: keyof typeof addresses }).name ?? 'runbooks'];
    if ((value as { type?: unknown }).type !== 'constant' || address === undefined) return value;
    return { ...value, query: address, current: { selected: true, text: address, value: address } };
  });
  // Links to trace searches hold the uid, too, encoded.
  const source = (uid: string): string => encodeURIComponent(`"datasource":"${uid}"`);
  return `${JSON.stringify(dashboard, null, 2).replaceAll(source(DATASOURCES.tempo.uid), source(uids.tempo ?? DATASOURCES.tempo.uid))}\n`;
}

interface RuleFile { readonly groups: readonly { readonly name: string }[] }

/** https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule */
async function prometheusRule(namespace: string): Promise<object> {
  const folder = path.join(ALERTS, 'rules');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yml')).sort();
  const groups = await Promise.all(files.map(async (name) => (parse(await readFile(path.join(folder, name), 'utf8')) as RuleFile).groups
    // Names of groups are unique within a file only.
    .map((group) => ({ ...group, name: `replywatch-${path.basename(name, '.yml')}-${group.name}` }))));
  return { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata: { name: 'replywatch', namespace, labels: LABELS }, spec: { groups: groups.flat() } };
}

const LABELS = { 'app.kubernetes.io/name': 'replywatch', 'app.kubernetes.io/part-of': 'replywatch' } as const;

/** One each, because a ConfigMap holds a mebibyte at most. The label is the one Grafana's sidecar looks for unless told otherwise. */
const configMap = (name: string, text: string, namespace: string): object => ({
  apiVersion: 'v1', kind: 'ConfigMap',
  metadata: { name: `replywatch-${path.basename(name, '.json')}`, namespace, labels: { ...LABELS, grafana_dashboard: '1' }, annotations: { grafana_folder: 'Messaging' } },
  data: { [name]: text },
});

if (import.meta.main) process.exitCode = await runMixin(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
