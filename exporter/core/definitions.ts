/** What a figure means: the definitions of this version of the product, and the settings it was computed with. */
import type { PriceList } from './prices.ts';
import type { Settings } from './settings.ts';

/**
 * Raised by whoever changes what a stored fact says of the same events. Facts of other definitions are computed anew in the background after
 * the upgrade, and dashboards mark the instant.
 */
export const DEFINITIONS = 1;

/** Settings that change no fact: when it is counted, what counts as late, and what figures are compared with. */
const WITHOUT: ReadonlySet<string> = new Set([
  'settleSeconds', 'lateWindowSeconds', 'clockSkewSeconds', 'firstResponseObjectiveRatio', 'parallelChats', 'maxOccupancyRatio',
  'resolutionObjectiveRatio', 'csatGoalRatio', 'failureLimitRatio', 'utilisationLimitRatio',
]);

const versions = new WeakMap<Settings, string>();

/** The version that facts computed with these settings carry: `1-9f86d081`. Equal settings give equal versions. */
export function versionOf(settings: Settings): string {
  let version = versions.get(settings);
  if (version === undefined) versions.set(settings, (version = basisOf([settings])));
  return version;
}

/** One version for several settings and the price lists: those of a whole workspace. */
export function basisOf(all: readonly Settings[], prices: readonly PriceList[] = []): string {
  const settings = all.map((each) => Object.entries(each).filter(([name]) => !WITHOUT.has(name)).sort(([a], [b]) => (a < b ? -1 : 1)));
  const text = JSON.stringify([...settings, ...prices]);
  return `${DEFINITIONS}-${fnv1a(text)}`;
}

/** 32 bits of FNV-1a as hex: settings are compared with earlier ones of the same place, not with everybody's. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
