/** Fills in what Grafana would: time range, steps, macros of the Postgres source, variables. */
import type { Dashboard, Panel } from '../../dashboards/src/panel.ts';
import { variableList } from './dashboards.ts';

/** Epoch seconds. */
export interface Span { readonly from: number; readonly to: number; readonly step: number }

const UNITS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 };

/** The range a dashboard opens with, or a panel insists on, ending at `to`, with at most two hundred steps of ten minutes or more. */
export function spanOf(dashboard: Dashboard, to: number, panel?: Panel): Span {
  const [, amount = '', unit = ''] = /^(?:now-)?(\d+)([mhd])/.exec(panel?.timeFrom ?? dashboard.time?.from ?? '') ?? [];
  const seconds = Number(amount) * (UNITS[unit] ?? Number.NaN);
  if (!(seconds > 0)) throw new Error(`a range of another form: ${dashboard.time?.from ?? 'none'}`);
  return { from: to - seconds, to, step: Math.max(600, Math.ceil(seconds / 200 / 600) * 600) };
}

/** What stands for a variable: a text as it is, or several values in the form the query asks for. */
export type Values = (name: string) => string | readonly string[] | undefined;

/** What is chosen when a dashboard is opened. */
export function chosenIn(dashboard: Dashboard): (name: string) => string | undefined {
  const variables = new Map(variableList(dashboard).map((variable) => [variable.name, variable]));
  return (name) => {
    const variable = variables.get(name);
    if (!variable) return undefined;
    if (name === 'tz') return 'Europe/Madrid';
    if (name === 'currency') return 'EUR';
    if (variable.type === 'query') return variable.includeAll ? variable.allValue ?? '' : '';
    return String(variable.current?.value ?? '');
  };
}

const filled = (text: string, values: Values, of: Readonly<Record<string, string>>): string =>
  text.replace(/\$(\w+)|\$\{(\w+)(?::(\w+))?\}/g, (whole, plain: string | undefined, braced: string | undefined, form: string | undefined) => {
    const name = plain ?? braced ?? '';
    const value = of[name] ?? values(name) ?? whole;
    return typeof value === 'string' ? value : formatted(value, form);
  });

/** https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/#advanced-variable-format-options @throws Error for a form we do not use */
function formatted(values: readonly string[], form: string | undefined): string {
  if (form !== 'sqlstring') throw new Error(`no query asks for several values as ${form ?? 'they are'}`);
  return values.map((value) => `'${value.replaceAll("'", "''")}'`).join(',');
}

export const promqlOf = (expr: string, values: Values, { from, to, step }: Span): string =>
  filled(expr, values, { __rate_interval: `${Math.max(2 * step, 1200)}s`, __interval: `${step}s`, __range: `${to - from}s`, __range_s: String(to - from) });

/** Macros are found as Grafana finds them, so a parenthesis in an argument breaks here as it does there. @throws Error for a macro we do not use */
export function sqlOf(sql: string, values: Values, { from, to, step }: Span): string {
  const iso = (at: number): string => `'${new Date(at * 1000).toISOString()}'`;
  const expanded = sql.replace(/\$(\w+)\(([^)]*)\)/g, (_, name: string, argument: string) => {
    switch (name) {
      case '__timeFrom': return iso(from);
      case '__timeTo': return iso(to);
      case '__timeFilter': return `${argument} between ${iso(from)} and ${iso(to)}`;
      default: throw new Error(`the macro ${name} is none of ours`);
    }
  });
  return filled(expanded, values, { __interval: `${step}s`, __from: String(from * 1000), __to: String(to * 1000) });
}
