/**
 * What every kind of panel in `kinds/` shares. These files and `query.ts` are all that knows the Foundation SDK: they add what it leaves open (visible
 * legends, a reducer that skips gaps, SQL) and `board.ts` takes away what it adds for newer versions, so that the JSON loads in 9.4 and 11 to 13 alike.
 */
import type * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCES, MIXED } from './datasources.ts';
import type { Kpi } from './kpis.ts';
import type { Link } from './links.ts';
import { built, isSql, type Query } from './query.ts';
import type { Unit } from './style.ts';

/** `kpis` says what it shows; it does not reach the file. */
export type Panel = dashboard.Panel & { readonly kpis?: readonly Kpi[] };
export type RowPanel = dashboard.RowPanel;
export type Dashboard = dashboard.Dashboard;
export type Variable = dashboard.VariableModel;
export type Annotation = dashboard.AnnotationQuery;

/** What a panel of any kind has. */
export interface Spec {
  readonly title: string;
  /** What it shows, what is normal, what to do if it is not. */
  readonly description: string;
  readonly unit: Unit;
  readonly noValue: string;
  /** Where to go on from here; at least one. */
  readonly links: readonly Link[];
  /** A time of its own up to now, e.g. `28d`, where that of the page would show nothing; Grafana says so in the title. */
  readonly timeFrom?: string;
  /** Which definitions of `docs/kpis.md` it shows; they are named under the description. */
  readonly kpis?: readonly Kpi[];
}

interface Describable<B> {
  title(text: string): B; description(text: string): B; unit(unit: string): B; noValue(text: string): B;
  datasource(ref: common.DataSourceRef): B; timeFrom(from: string): B; links(links: { build(): dashboard.DashboardLink }[]): B;
}

/** Title, description, unit, links and data source of a panel. */
export function described<B extends Describable<B>>(builder: B, spec: Spec, datasource: common.DataSourceRef): B {
  const definitions = spec.kpis?.length ? `\n\nDefined in docs/kpis.md: ${spec.kpis.join(', ')}.` : '';
  if (spec.timeFrom !== undefined) builder.timeFrom(spec.timeFrom);
  return builder.title(spec.title).description(spec.description + definitions).unit(spec.unit).noValue(spec.noValue)
    .datasource(datasource).links(spec.links.map((link) => built(asSdkLink(link))));
}

/** The data source a panel names when these are its queries. */
export function datasourceOf(queries: readonly Query[]): common.DataSourceRef {
  if (queries.every(isSql)) return DATASOURCES.postgres;
  return queries.some(isSql) ? MIXED : DATASOURCES.prometheus;
}

/** What a builder has built, with what it shows. */
export const showing = (panel: dashboard.Panel, { kpis }: Spec): Panel => (kpis ? { ...panel, kpis } : panel);

// Panel and data links need a title and an address; the SDK's type is that of dashboard links, which need more.
export const asSdkLink = (link: Link): dashboard.DashboardLink => ({ ...link } as dashboard.DashboardLink);

/** The same panel once per chosen value of a variable. */
export const repeated = (panel: Panel, variable: string, perRow = 3): Panel => ({ ...panel, repeat: variable, repeatDirection: 'h' as never, maxPerRow: perRow });
