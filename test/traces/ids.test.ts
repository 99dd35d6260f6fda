import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, spanIdFor, threshold, traceIdFor, tracestateFor } from '../../exporter/traces/ids.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { keepFor } from '../../exporter/traces/keep.ts';
import { ask, episodesOf, eventsOf, resolve, say, receipt } from './histories.ts';

describe('ids', () => {
  test('a trace id is a keyed hash of conversation, episode and part', () => {
    // Vectors made with openssl: these ids are in people's trace stores, so they must never change.
    expect(traceIdFor('k', 'c', 2)).toBe('f0f58ece2eebada295dd85fcd2e38513');
    expect(spanIdFor('f0f58ece2eebada295dd85fcd2e38513', 'conversation')).toBe('bc409f3960300823');
  });

  test('key, conversation, episode and part each change it', () => {
    const ids = [traceIdFor('k', 'c', 1), traceIdFor('l', 'c', 1), traceIdFor('k', 'd', 1), traceIdFor('k', 'c', 2), traceIdFor('k', 'c', 1, 1)];
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('ids are lowercase hex of the lengths OTLP wants', () => {
    fc.assert(fc.property(fc.string(), fc.nat(), (conversation, number) => {
      const traceId = traceIdFor('k', conversation, number);
      expect(traceId).toMatch(/^[0-9a-f]{32}$/);
      expect(spanIdFor(traceId, conversation)).toMatch(/^[0-9a-f]{16}$/);
    }), { numRuns: 50 });
  });
});

describe('sampling', () => {
  test.each([
    ['everything', 1, 0n, 'ot=th:0'],
    ['half', 0.5, 1n << 55n, 'ot=th:8'],
    ['a quarter', 0.25, 3n << 54n, 'ot=th:c'],
    ['one in 1,024', 1 / 1024, (1n << 56n) - (1n << 46n), 'ot=th:ffc'],
    ['nothing', 0, 1n << 56n, ''],
    ['a ratio that is not a number', Number.NaN, 1n << 56n, ''],
  ])('keeping %s is this threshold', (_what, ratio, limit, tracestate) => {
    expect(threshold(ratio)).toBe(limit);
    expect(tracestateFor('ratio', ratio)).toBe(tracestate);
  });

  test.each([
    ['just below the threshold', 'ffffffffffffffffff7fffffffffffff', false],
    ['at the threshold', '00000000000000000080000000000000', true],
    ['far above it', '000000000000000000ffffffffffffff', true],
  ])('half of all: a trace id %s', (_where, traceId, keep) => {
    expect(decide(traceId, 0.5, [])).toEqual({ keep, reason: 'ratio', tracestate: 'ot=th:8' });
  });

  test('a rule keeps what the ratio would not, and says so', () => {
    expect(decide('0'.repeat(31) + '1', 0, ['delivery_failed', 'reopened'])).toEqual({ keep: true, reason: 'delivery_failed', tracestate: 'ot=th:0' });
  });

  test('what a small ratio keeps a larger one keeps too', () => {
    fc.assert(fc.property(fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (number, a, b) => {
      const traceId = traceIdFor('k', 'c', number);
      if (decide(traceId, Math.min(a, b), []).keep) expect(decide(traceId, Math.max(a, b), []).keep).toBe(true);
    }), { numRuns: 200 });
  });

  test('a tenth is about a tenth', () => {
    const kept = Array.from({ length: 5000 }, (_, number) => decide(traceIdFor('k', 'c', number), 0.1, []).keep).filter(Boolean).length;
    expect(kept).toBeGreaterThan(400);
    expect(kept).toBeLessThan(600);
  });
});

describe('keep rules', () => {
  const quick = [[0, ask('a')], [30, say('agent', 'b')], [60, resolve()]] as const;
  test.each([
    ['a quick answer leaves it to the ratio', [...quick], 0, 'ratio', false],
    ['a late first response is kept', [[0, ask('a')], [61, say('agent', 'b')], [70, resolve()]] as const, 0, 'first_response_late', true],
    ['a failed delivery is kept', [...quick.slice(0, 2), [31, say('agent', 'c')], [32, receipt('c', 'failed', '131026')], quick[2]!] as const, 0, 'delivery_failed', true],
    ['a second episode is kept', [...quick, [9000, ask('d')], [9010, say('agent', 'e')], [9020, resolve()]] as const, 1, 'reopened', true],
  ])('%s', (_sentence, lines, index, reason, keep) => {
    const { episode } = episodesOf(eventsOf(lines))[index]!;
    expect(keepFor(episode, { key: 'k', ratio: 0, settingsFor: () => DEFAULT_SETTINGS })).toMatchObject({ keep, reason, traceId: traceIdFor('k', episode.conversation, episode.number) });
  });

  test('rules can be switched off', () => {
    const { episode } = episodesOf(eventsOf([[0, ask('a')], [61, say('agent', 'b')], [70, resolve()]]))[0]!;
    expect(keepFor(episode, { key: 'k', ratio: 0, rules: ['reopened'], settingsFor: () => DEFAULT_SETTINGS }).keep).toBe(false);
  });
});
