import { expect, test } from 'vitest';
import { createUnknownKinds } from '../../exporter/ingest/unknown-kinds.ts';

test('counts what a source sent that is not known, source by source', () => {
  const unknown = createUnknownKinds();
  unknown.note('whatsapp', ['poll', 'event.rsvp', 'poll']);
  unknown.note('chatwoot', ['copilot']);
  expect(unknown.of('whatsapp')).toEqual([{ kind: 'poll', times: 2 }, { kind: 'event.rsvp', times: 1 }]);
  expect(unknown.of('shop')).toEqual([]);
});

test('keeps twenty entries and no words that are not one', () => {
  const unknown = createUnknownKinds();
  unknown.note('whatsapp', ['call me at 10', '', 'x'.repeat(65), ...Array.from({ length: 30 }, (_, n) => `kind_${n}`)]);
  expect(unknown.of('whatsapp')).toHaveLength(20);
  expect(unknown.of('whatsapp')[0]).toEqual({ kind: 'others', times: 14 });
});
