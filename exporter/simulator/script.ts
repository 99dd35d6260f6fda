import { LUMEN_HOME, type Business } from './business.ts';
import { templateSends } from './campaigns.ts';
import { crowd, requests, shifts } from './demand.ts';
import { checkouts, presence, register } from './shop.ts';
import type { Incident } from './staff.ts';
import { world, type Delivery } from './world.ts';

export type { Delivery } from './world.ts';
export type { Incident } from './staff.ts';

/** What a story is made from; equal options give equal stories. */
export interface ScriptOptions {
  readonly seed: string;
  /** Start of the time range, epoch ms. The business starts with empty lines; give it a day to become itself. */
  readonly from: number;
  /** End, exclusive, epoch ms; without it the script goes on for ever. */
  readonly to?: number;
  /** One or several, in the order of time. */
  readonly incident?: Incident | readonly Incident[];
  /** Lumen Home when not given. */
  readonly business?: Business;
}

/**
 * Every webhook of the demo business in a time range, ordered by `at`: a function of its options, without clock or chance of its own.
 * Lazy: it computes a few deliveries ahead at most, so it may run for ever beside the real clock.
 * Two ranges with one seed agree where they overlap, ids included, once the later one has run for a few days.
 * An `incident` changes nothing before its `from`.
 */
export function* script({ seed, from, to = Infinity, incident, business = LUMEN_HOME }: ScriptOptions): Generator<Delivery, void, void> {
  const { world: place, timeline } = world({ seed, business, from, ...(incident !== undefined && { incidents: [incident].flat() }) });
  for (const story of [requests, templateSends, shifts, crowd, presence, checkouts, register]) place.start(story(place));
  for (const delivery of timeline()) {
    if (delivery.at >= to) return;
    yield delivery;
  }
}
