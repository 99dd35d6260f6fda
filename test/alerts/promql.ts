import { parser } from '@prometheus-io/lezer-promql';
import type { SyntaxNode } from '@lezer/common';
import { knownMetrics, targetLabels, type KnownMetric } from './known-metrics.ts';
import { recordings, seconds } from './files.ts';

/** What is wrong with an expression, in words; empty when nothing is. Types are promtool's business. */
export function problemsIn(expr: string): readonly string[] {
  const text = (node: SyntaxNode): string => expr.slice(node.from, node.to);
  const problems: string[] = [];
  parser.parse(expr).iterate({
    enter: ({ node }) => {
      if (node.type.isError) problems.push(`syntax error at ${node.from}`);
      if (node.name === 'VectorSelector') problems.push(...selectorProblems(node, text));
    },
  });
  return problems;
}

/** Names an expression selects, each once. */
export function metricsIn(expr: string): readonly string[] {
  const names = new Set<string>();
  parser.parse(expr).iterate({ enter: ({ node }) => { if (node.name === 'VectorSelector') names.add(expr.slice(node.firstChild?.from, node.firstChild?.to)); } });
  return [...names];
}

/** Labels of a recording rule's result are the ones its name starts with: `inbox_sla:…` has inbox and sla, `cluster:…` has none. */
function recordedLabels(name: string): readonly string[] {
  const level = name.split(':')[0] ?? '';
  return level === 'cluster' ? [] : level.split('_');
}

function knownMetric(name: string): KnownMetric | undefined {
  if (recordings.some(({ record }) => record === name)) {
    const values = knownMetrics.get('chat_sla_results_total')?.labels ?? {};
    return { type: 'gauge', labels: Object.fromEntries(recordedLabels(name).map((label) => [label, values[label]])) };
  }
  return knownMetrics.get(name) ?? knownMetrics.get(name.replace(/_(bucket|sum|count)$/, ''));
}

function selectorProblems(node: SyntaxNode, text: (node: SyntaxNode) => string): string[] {
  const name = node.firstChild === null ? '' : text(node.firstChild);
  const metric = knownMetric(name);
  if (metric === undefined) return [`unknown metric ${name}`];
  const matchers = node.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? [];
  const problems = matchers.flatMap((matcher) => matcherProblems(name, metric, matcher, text));
  if (metric.type === 'counter' && !isCounted(node, text)) problems.push(`counter ${name} outside rate, increase or group`);
  return problems;
}

function matcherProblems(name: string, metric: KnownMetric, matcher: SyntaxNode, text: (node: SyntaxNode) => string): string[] {
  const [label = '', op = '', quoted = ''] = ['LabelName', 'MatchOp', 'StringLiteral'].map((part) => { const child = matcher.getChild(part); return child === null ? '' : text(child); });
  const value = quoted.slice(1, -1);
  if (!(label in metric.labels) && !targetLabels.has(label)) return [`${name} has no label ${label}`];
  if (op.endsWith('~') && /^[\w-]+$/.test(value)) return [`${label}${op}"${value}" is a constant: use = or !=`];
  const allowed = metric.labels[label];
  return allowed === undefined ? [] : value.split('|').filter((one) => !allowed.includes(one)).map((one) => `${name} never has ${label}="${one}"`);
}

const COUNTING = ['rate', 'increase'];

/**
 * Comparisons that hang on a rounding error, and windows too short for it: increase() extrapolates (2.97 instead of 3), so it is rounded before
 * it is compared with a number; nothing that was divided is compared by `==`; a window holds four scrapes of 15 s or more.
 */
export function fragileIn(expr: string): readonly string[] {
  const text = (node: SyntaxNode): string => expr.slice(node.from, node.to);
  const problems: string[] = [];
  // Prometheus 3 writes le="60" as le="60.0" and has renamed this function.
  if (/\ble="\d+"|holt_winters/.test(expr)) problems.push('means something else in Prometheus 3');
  parser.parse(expr).iterate({
    enter: ({ node }) => {
      if (node.name === 'BinaryExpr') problems.push(...comparisonProblems(node, text));
      if (node.name === 'MatrixSelector') {
        const window = text(node).match(/\[(\w+)\]$/)?.[1];
        if (window !== undefined && seconds(window) < 60) problems.push(`a window of ${window} may hold a single scrape`);
      }
    },
  });
  return problems;
}

function comparisonProblems(node: SyntaxNode, text: (node: SyntaxNode) => string): string[] {
  const [left, right] = [node.firstChild, node.lastChild];
  const operator = ['Eql', 'Neq', 'Gtr', 'Lss', 'Gte', 'Lte'].find((name) => node.getChild(name) !== null);
  if (left === null || right === null || operator === undefined) return [];
  const literal = Number(text(right));
  if (Number.isNaN(literal)) return [];
  const side = text(left).replace(/^\(+/, '');
  if ((operator === 'Eql' || operator === 'Neq') && /\/|increase|rate/.test(side)) return [`${text(node)} compares what was computed by ==`];
  const isCount = !side.startsWith('count_over_time(') && /^(?:sum|max|min)?[^/]*increase/.test(side) && !side.includes('/') && !side.includes(':ratio_');
  return isCount && literal >= 1 && !side.startsWith('round(') ? [`${text(node)} compares an increase that is not rounded`] : [];
}

/** `group` and `count` ask which series exist, not what they hold. */
function isCounted(node: SyntaxNode, text: (node: SyntaxNode) => string): boolean {
  for (let up: SyntaxNode | null = node.parent; up !== null; up = up.parent) {
    const head = up.firstChild === null ? '' : text(up.firstChild);
    if (up.name === 'FunctionCall' && COUNTING.includes(head)) return true;
    if (up.name === 'AggregateExpr' && ['group', 'count'].includes(head)) return true;
  }
  return false;
}
