import type { Metric } from './metric.ts';

/** What is configured: the open label values that have series before the first event. */
export interface Universe {
  /** Configured (channel, inbox) pairs. */
  readonly places: readonly { readonly channel: string; readonly inbox: string }[];
  readonly sources: readonly string[];
  readonly rollups?: readonly string[];
}

type Labels = Readonly<Record<string, string>>;

/**
 * The label sets of a metric that exist at 0: configured places and sources × closed labels, without what cannot occur. Empty when
 * the metric has an open label nobody configures (error codes).
 */
export function combinations(metric: Metric, universe: Universe): readonly Labels[] {
  const names = Object.keys(metric.labels);
  let sets: readonly Labels[] = placesFor(names, universe);
  for (const [name, values] of Object.entries(metric.labels)) {
    if (sets.length > 0 && sets.every((labels) => name in labels)) continue;
    const known = 'max' in values ? configured(name, universe) : values;
    sets = sets.flatMap((labels) => known.map((value) => ({ ...labels, [name]: value })));
  }
  return metric.reachable === undefined ? sets : sets.filter((labels) => metric.reachable?.(labels));
}

/** Channel and inbox belong together: not every inbox has every channel. */
function placesFor(names: readonly string[], { places }: Universe): readonly Labels[] {
  if (names.includes('channel') && names.includes('inbox')) return places.map(({ channel, inbox }) => ({ channel, inbox }));
  if (names.includes('inbox')) return [...new Set(places.map(({ inbox }) => inbox))].map((inbox) => ({ inbox }));
  return [{}];
}

function configured(label: string, { sources, rollups = [] }: Universe): readonly string[] {
  return label === 'source' ? sources : label === 'rollup' ? rollups : [];
}
