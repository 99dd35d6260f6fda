import { expect, it } from 'vitest';
import type { Pull } from '../../exporter/pull/pull.ts';
import { bench } from './api.ts';

it('reads platforms side by side: one that makes us wait holds up no other', async () => {
  const desk = await bench('pull_runner');
  const { promise: answered, resolve: answer } = Promise.withResolvers<undefined>();
  const pull = (name: string, source: Pull['source'], run: () => Promise<unknown>): Pull => ({ name, source, schedule: '0 0 1 1 *', run: async () => void await run() });
  const runner = desk.runner([
    pull('zendesk_presence', 'zendesk', () => answered), pull('zendesk_ratings', 'zendesk', async () => undefined),
    pull('whatsapp_costs', 'whatsapp', async () => answer(undefined)), // before that, Zendesk does not go on, and the start would not end
  ], { url: 'http://127.0.0.1:9', headers: {} });
  await runner.start();
  await runner.stop();
  expect(desk.runs.toSorted()).toEqual([['whatsapp_costs', 'success'], ['zendesk_presence', 'success'], ['zendesk_ratings', 'success']]);
  await desk.close();
}, 30_000);
