/** Rules for PromQL in panels, on the syntax tree. What Prometheus' own type checker finds is left to `promtool`. */
import { parser } from '@prometheus-io/lezer-promql';
import type { SyntaxNode } from '@lezer/common';
import { ALL } from '../../dashboards/src/variables.ts';
import { KNOWN_METRICS, type KnownMetric } from './known-metrics.ts';

const NEEDS_RANGE = new Set(['rate', 'irate', 'increase', 'resets', 'changes']);
const BUILT_IN: Readonly<Record<string, string>> = { __rate_interval: '5m', __interval: '1m', __range: '1h' };

/** The expression Prometheus would get; a variable that is not known stays and fails to parse. */
export function expand(expr: string, variables: readonly string[]): string {
  return expr.replace(/\$(\w+)|\$\{(\w+)(?::\w+)?\}/g, (text, plain: string | undefined, braced: string | undefined) => {
    const name = plain ?? braced ?? '';
    return BUILT_IN[name] ?? (variables.includes(name) ? ALL : text);
  });
}

/** Everything that is wrong with an expression; empty when nothing is. */
export function problemsOf(raw: string, variables: readonly string[], metrics: Readonly<Record<string, KnownMetric>> = KNOWN_METRICS): string[] {
  const problems: string[] = [];
  for (const [, call] of raw.matchAll(/\b(i?rate)\([^[\]]*\[(?!\$__rate_interval\])/g)) problems.push(`${call} over a fixed range: use $__rate_interval`);
  const expr = expand(raw, variables);
  const text = (node: SyntaxNode): string => expr.slice(node.from, node.to);
  parser.parse(expr).iterate({
    enter: ({ node }) => {
      if (node.type.isError) problems.push(`does not parse at ${node.from}: ${expr.slice(Math.max(0, node.from - 20), node.from + 20)}`);
      if (node.name === 'VectorSelector') problems.push(...selectorProblems(node, text, metrics));
      if (node.name === 'FunctionCall' && node.firstChild && text(node.firstChild) === 'histogram_quantile') problems.push(...quantileProblems(node, text));
    },
  });
  return problems;
}

type Text = (node: SyntaxNode) => string;

function selectorProblems(node: SyntaxNode, text: Text, metrics: Readonly<Record<string, KnownMetric>>): string[] {
  const name = node.getChild('Identifier');
  if (!name) return ['a selector without a metric name'];
  const full = text(name);
  const base = full.replace(/_(bucket|sum|count)$/, '');
  const metric = metrics[full] ?? (metrics[base]?.type === 'histogram' ? metrics[base] : undefined);
  if (!metric) return [`unknown metric ${full}`];
  const problems: string[] = [];
  if (metric.type === 'histogram' && full === base) problems.push(`${full} is a histogram: name its _bucket, _sum or _count`);
  const labels: KnownMetric['labels'] = full.endsWith('_bucket') ? { ...metric.labels, le: 'open' } : metric.labels;
  for (const matcher of node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []) problems.push(...matcherProblems(full, matcher, text, labels));
  for (const label of groupingAround(node, text)) if (!(label in labels) && !isJoined(node)) problems.push(`${full} has no label ${label} to group by`);
  if ((metric.type === 'counter' || metric.type === 'histogram') && !inRangeFunction(node, text) && !isExistenceFilter(node)) problems.push(`${full} is a counter outside rate or increase`);
  return problems;
}

function matcherProblems(metric: string, matcher: SyntaxNode, text: Text, labels: KnownMetric['labels']): string[] {
  const [label, op, literal] = [matcher.getChild('LabelName'), matcher.getChild('MatchOp'), matcher.getChild('StringLiteral')].map((child) => (child ? text(child) : ''));
  const values = labels[label ?? ''];
  if (values === undefined) return [`${metric} has no label ${label}`];
  const value = (literal ?? '').slice(1, -1);
  if ((label === 'le' || label === 'quantile') && /^\d+$/.test(value)) return [`${label}="${value}" is spelled differently by Prometheus 2 and 3`];
  if (op === '=~' && /^[\w-]+$/.test(value)) return [`=~ for the constant ${value}: use =`];
  if (values === 'open' || value === ALL) return [];
  const wanted = op === '=' || op === '!=' ? [value] : value.split('|');
  return wanted.filter((one) => !values.includes(one)).map((one) => `${metric} never has ${label}="${one}"`);
}

function quantileProblems(node: SyntaxNode, text: Text): string[] {
  const aggregate = node.getChild('FunctionCallBody')?.getChild('AggregateExpr');
  if (!aggregate) return [];
  const modifier = aggregate.getChild('AggregateModifier');
  const names = modifier?.getChild('GroupingLabels')?.getChildren('LabelName').map(text) ?? [];
  const by = modifier?.getChild('By') !== null;
  return by === names.includes('le') ? [] : ['histogram_quantile over buckets without le'];
}

function ancestors(node: SyntaxNode): SyntaxNode[] {
  const all: SyntaxNode[] = [];
  for (let up = node.parent; up; up = up.parent) all.push(up);
  return all;
}

const inRangeFunction = (node: SyntaxNode, text: Text): boolean =>
  ancestors(node).some((up) => up.name === 'FunctionCall' && up.firstChild !== null && NEEDS_RANGE.has(text(up.firstChild)));

/** `… and on (inbox) chat_messages_total{…}`: only asks which series exist. */
const isExistenceFilter = (node: SyntaxNode): boolean =>
  node.parent?.name === 'BinaryExpr' && (node.parent.getChild('And') !== null || node.parent.getChild('Unless') !== null) && node.nextSibling === null;

/** Operands of a join keep labels that only the other side has. */
const isJoined = (node: SyntaxNode): boolean => ancestors(node).some((up) => up.name === 'BinaryExpr');

/** Labels of the innermost `by (…)` around a selector. */
function groupingAround(node: SyntaxNode, text: Text): string[] {
  const aggregate = ancestors(node).find((up) => up.name === 'AggregateExpr');
  const modifier = aggregate?.getChild('AggregateModifier');
  return modifier?.getChild('By') ? (modifier.getChild('GroupingLabels')?.getChildren('LabelName').map(text) ?? []) : [];
}
