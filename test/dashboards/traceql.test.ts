/** Trace searches behind links: a name that no span has finds nothing, and nobody notices. */
import { describe, expect, it } from 'vitest';
import { ATTRIBUTES, PHASE_TIMES } from '../../exporter/traces/attributes.ts';
import { SPAN_NAMES } from '../../exporter/traces/drafts.ts';
import { loadDashboards, panelsOf, targetsOf, urlsIn } from './dashboards.ts';

const attributes: readonly string[] = [...Object.values(ATTRIBUTES), ...Object.values(PHASE_TIMES)];
const names: readonly string[] = SPAN_NAMES;
const queries = (await loadDashboards()).flatMap((dashboard) => [
  ...urlsIn(dashboard).flatMap((url) => queryOf(url) ?? []),
  ...panelsOf(dashboard).flatMap((panel) => targetsOf(panel).flatMap(({ datasource, query }) => (datasource?.uid === 'tempo' && query !== undefined ? [query] : []))),
]);

describe('searches for traces, in links and panels', () => {
  it('are there', () => expect(queries.length).toBeGreaterThan(3));

  it.each([...new Set(queries)])('%s searches for attributes and spans that exist', (query) => {
    expect([...query.matchAll(/\bspan\.([a-z0-9_.]+)/g)].map(([, name]) => name).filter((name) => !attributes.includes(name!))).toEqual([]);
    expect([...query.matchAll(/\bname *= *"([^"]+)"/g)].map(([, name]) => name).filter((name) => !names.includes(name!))).toEqual([]);
  });

  // https://github.com/grafana/tempo/issues/4332
  it.each([...new Set(queries)])('%s compares no attribute in seconds with a number, which finds whole ones only', (query) => {
    expect(query).not.toMatch(/[a-z]_s *(=|!=|[<>]=?) *(\$|\d[\d.]*(?! *[*\d.]))/);
  });
});

function queryOf(url: string): string | undefined {
  const left = new URL(url, 'http://grafana').searchParams.get('left');
  if (left === null) return undefined;
  const { queries: [first] } = JSON.parse(left) as { queries: readonly { query?: string }[] }; // made by `toTraces`
  return first?.query;
}
