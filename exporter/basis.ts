/** What everything stored is computed with: definitions, settings of all inboxes, price lists. */
import type { Pool } from 'pg';
import type { Config } from './config.ts';
import { basisOf, DEFINITIONS, versionOf } from './core/definitions.ts';
import type { Rules } from './store/derive/deriver.ts';

const settingsOf = (config: Config) => [config.settings, ...config.inboxes.map((inbox) => config.settingsFor(inbox.source, inbox.id))];

/** The version of the whole workspace: when it changes, history is computed anew. */
export const basis = (config: Config): string => basisOf(settingsOf(config), config.prices);

/** What facts of customers are derived with. */
export const rulesOf = (config: Config): Rules => ({ settingsFor: config.settingsFor, prices: config.prices, version: basis(config) });

/** Writes down what the versions that facts carry mean. */
export async function recordVersions(pool: Pool, config: Config): Promise<void> {
  const all = settingsOf(config);
  const versions = new Map<string, unknown>([[basis(config), { inboxes: all, prices: config.prices }], ...all.map((settings) => [versionOf(settings), settings] as const)]);
  for (const [version, settings] of versions) {
    await pool.query('insert into replywatch.computation (version, definitions, settings) values ($1, $2, $3) on conflict do nothing', [version, DEFINITIONS, JSON.stringify(settings)]);
  }
}
