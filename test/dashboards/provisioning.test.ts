import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { parse, parseDocument } from 'yaml';
import { describe, expect, it } from 'vitest';
import { DATASOURCES } from '../../dashboards/src/datasources.ts';
import { ALL } from '../../dashboards/src/variables.ts';
import { ATTRIBUTES } from '../../exporter/traces/attributes.ts';
import { readCompose } from '../compose/compose-file.ts';
import { problemsOf } from './promql.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../provisioning');
const read = (file: string): Promise<string> => readFile(path.join(FOLDER, file), 'utf8');

interface DataSource {
  readonly name: string; readonly uid: string; readonly type: string; readonly editable: boolean; readonly url: string; readonly user?: string;
  readonly jsonData: Readonly<Record<string, unknown>>; readonly secureJsonData?: Readonly<Record<string, string>>;
}

const text = await read('grafana/datasources/messaging.yaml');
const { datasources } = parse(text) as { datasources: readonly DataSource[] };
const find = (uid: string): DataSource | undefined => datasources.find((source) => source.uid === uid);

describe('Grafana datasources', () => {
  it('are those the dashboards use, by uid and type', () => {
    expect(datasources.map(({ uid, type }) => ({ uid, type })).sort(byUid)).toEqual(Object.values(DATASOURCES).map(({ uid, type }) => ({ uid, type })).sort(byUid));
    expect(new Set(datasources.map(({ name }) => name)).size).toBe(datasources.length);
    expect(datasources.every(({ editable }) => !editable)).toBe(true);
  });

  it('write every literal dollar twice', async () => {
    for (const file of ['grafana/datasources/messaging.yaml', 'grafana/dashboards/messaging.yaml']) expect(strayDollars(await read(file))).toEqual([]);
    expect(strayDollars('query: up{$__tags} ${HOME} $$fine $__file{/run/secrets/a}')).toEqual(['$__tags', '${HOME}']);
  });

  it('hold no secret: passwords are read from files that Grafana is given', async () => {
    const { services } = await readCompose();
    for (const { secureJsonData = {} } of datasources) {
      for (const value of Object.values(secureJsonData)) {
        const secret = /^\$__file\{\/run\/secrets\/(\w+)\}$/.exec(value)?.[1];
        expect(services['grafana']?.secrets).toContain(secret);
      }
    }
    expect(text.match(/^ *(basicAuthPassword|password|token|httpHeaderValue\w*): (?!\$__file)/gm)).toBeNull();
  });

  it('lead to services of docker-compose.yml', async () => {
    const { services } = await readCompose();
    for (const { url } of datasources) expect(Object.keys(services)).toContain(/^(?:http:\/\/)?([a-z]+):\d+$/.exec(url)?.[1]);
  });

  it('step at the pace of the scrapes', async () => {
    const { global } = parse(await read('prometheus/prometheus.yml')) as { global: { scrape_interval: string } };
    expect(find('prometheus')?.jsonData['timeInterval']).toBe(global.scrape_interval);
  });

  it('lead from exemplars to traces, and find traces outside the dashboard\'s time range', () => {
    const ways = find('prometheus')?.jsonData['exemplarTraceIdDestinations'] as readonly { readonly name: string; readonly datasourceUid?: string; readonly url?: string }[];
    expect(new Set(ways.map(({ name }) => name))).toEqual(new Set(['trace_id']));
    expect(ways.map(({ datasourceUid, url }) => datasourceUid ?? url)).toEqual(['tempo', expect.stringMatching(/^\/d\/msg-slow\?var-trace=/), expect.stringMatching(/:9877\/episodes\//)]);
    expect(ways.flatMap(({ url }) => url ?? []).every((url) => url.endsWith('$${__value.raw}'))).toBe(true);
    expect(find('tempo')?.jsonData['traceQuery']).toEqual({ timeShiftEnabled: false });
  });

  it('lead from spans to metrics that exist, by labels they have', () => {
    const { tags, queries } = find('tempo')!.jsonData['tracesToMetrics'] as { readonly tags: readonly { key: string; value: string }[]; readonly queries: readonly { name: string; query: string }[] };
    expect(tags.map(({ key }) => key).filter((key) => !(Object.values(ATTRIBUTES) as string[]).includes(key))).toEqual([]);
    const matchers = tags.map(({ value }) => `${value}="${ALL}"`).join(',');
    // Rates over a fixed time: Grafana opens them outside a dashboard.
    for (const { name, query } of queries) expect(problemsOf(query.replace('$$__tags', matchers).replaceAll('[30m]', '[$__rate_interval]'), []), name).toEqual([]);
    expect(Object.values(ATTRIBUTES)).toContain((find('tempo')!.jsonData['spanBar'] as { readonly tag: string }).tag);
  });

  it('read the database as the role that can only read', () => {
    expect(find('postgres')).toMatchObject({ user: 'replywatch_reader', jsonData: { database: 'replywatch' } });
  });
});

describe('the dashboard provider', () => {
  it('loads the folder that docker-compose.yml mounts, and lets nobody change it', async () => {
    const { providers } = parse(await read('grafana/dashboards/messaging.yaml')) as { providers: readonly Record<string, unknown>[] };
    expect(providers).toEqual([expect.objectContaining({ type: 'file', folder: 'Messaging', folderUid: 'messaging', allowUiUpdates: false, disableDeletion: false })]);
    const { services } = await readCompose();
    expect(services['grafana']?.volumes).toContain(`./dashboards:${(providers[0]!['options'] as { path: string }).path}:ro`);
  });
});

describe('Tempo', () => {
  it('finds conversations that lasted days, keeps them a month and phones nobody', async () => {
    const config = parse(await read('tempo/tempo.yaml')) as Record<string, unknown>;
    expect(config).toMatchObject({
      storage: { trace: { wal: { ingestion_time_range_slack: '72h' } } },
      live_store: { wal: { ingestion_time_range_slack: '72h' } }, block_builder: { wal: { ingestion_time_range_slack: '72h' } },
      overrides: { defaults: { compaction: { block_retention: '720h' } } },
      usage_report: { reporting_enabled: false },
      distributor: { receivers: { otlp: { protocols: { http: { endpoint: '0.0.0.0:4318' } } } } },
    });
    // Sections Tempo 3 no longer knows stop it.
    for (const gone of ['ingester', 'compactor', 'metrics_generator_client']) expect(config).not.toHaveProperty(gone);
  });
});

describe('provisioning as a whole', () => {
  it('is YAML throughout', async () => {
    const files = (await readdir(FOLDER, { recursive: true })).filter((name) => /\.ya?ml$/.test(name));
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) expect(parseDocument(await read(file)).errors, file).toEqual([]);
  });
});

const byUid = (a: { readonly uid: string }, b: { readonly uid: string }): number => a.uid.localeCompare(b.uid);

/** Dollars that Grafana would interpolate and we did not mean: all but `$$` and `$__file{…}`. */
function strayDollars(yaml: string): string[] {
  const literal = yaml.split('\n').filter((line) => !line.trim().startsWith('#')).join('\n').replaceAll('$$', '').replaceAll(/\$__file\{[^}]+\}/g, '');
  return literal.match(/\$(\w+|\{\w+\})/g) ?? [];
}
