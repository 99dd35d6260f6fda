import { expect, it } from 'vitest';
import { adaptersOf } from '../../exporter/sources/adapters.ts';
import { fixturesOf } from './kits.ts';
import { KARTLY } from './mapped.ts';
import { survivesMutation } from './mutation.ts';

const BODIES = 100_000;

it.each(adaptersOf([KARTLY]).map((source) => [source.id, source] as const))('%s survives 100,000 damaged bodies', (id, source) => {
  const bodies = [...fixturesOf(id).values()].flat();
  expect(bodies.length).toBeGreaterThan(0);
  for (const body of bodies) survivesMutation(source, body, Math.ceil(BODIES / bodies.length));
}, 600_000);
