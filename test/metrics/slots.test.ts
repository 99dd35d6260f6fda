import { describe, expect, test } from 'vitest';
import type { Fact } from '../../exporter/core/fact.ts';
import { METRICS } from '../../exporter/metrics/index.ts';
import { escapeLabel, parseKey, tidyLabel } from '../../exporter/metrics/key.ts';
import { createProjector } from '../../exporter/metrics/project.ts';
import { createSlots } from '../../exporter/metrics/slots.ts';
import type { Slots } from '../../exporter/metrics/slots.ts';
import { PLACE, slotsWith } from './scenario.ts';

const failure = (code: string): Fact => ({ ...PLACE, type: 'failure', code });

/** Claims like the store: ask, and project the whole batch again while something is missing. `taken` plays the table of slots. */
function projectClaiming(facts: readonly Fact[], slots: Slots, taken: Set<string>): Map<string, number> {
  const projector = createProjector(METRICS, slots);
  for (;;) {
    const into = new Map<string, number>();
    for (const fact of facts) projector.add(fact, into);
    const missing = projector.missing();
    if (missing.length === 0) return into;
    for (const { label, value } of missing) {
      const granted = taken.size < slots.cap(label);
      if (granted) taken.add(value);
      slots.accept(label, value, granted);
    }
  }
}

describe('label caps', () => {
  test('a value nobody has claimed is reported once, and nothing is counted under it', () => {
    const projector = createProjector(METRICS, slotsWith({ inbox: ['support'] }));
    const into = new Map<string, number>();
    projector.add(failure('1'), into);
    projector.add(failure('1'), into);
    expect(into.size).toBe(0);
    expect(projector.missing()).toEqual([{ label: 'code', value: '1' }]);
    expect(projector.missing()).toEqual([]);
  });

  test('the first thirty codes have series of their own, the rest share other, and none is lost', () => {
    const facts = Array.from({ length: 100 }, (_, i) => failure(`${i}`));
    const totals = projectClaiming(facts, slotsWith({ inbox: ['support'] }), new Set());
    expect(totals.size).toBe(31);
    expect(totals.get('chat_message_failures_total{channel="whatsapp",inbox="support",code="other"}')).toBe(70);
  });

  test('a label filled by another process is full here as soon as that is known', () => {
    const slots = slotsWith({ inbox: ['support'] });
    slots.load(Array.from({ length: 30 }, (_, i) => ({ label: 'code', value: `theirs-${i}` })));
    expect(slots.resolve('code', 'ours')).toBe('other');
    expect(slots.resolve('code', 'theirs-29')).toBe('theirs-29');
  });

  test('a refused claim makes the label full for good', () => {
    const slots = createSlots(METRICS);
    slots.accept('code', 'late', false);
    slots.load([{ label: 'code', value: 'early' }]);
    expect([slots.resolve('code', 'late'), slots.resolve('code', 'early'), slots.resolve('code', 'new')]).toEqual(['other', 'early', 'other']);
  });

  test('other itself takes no slot', () => {
    expect(createSlots(METRICS).resolve('inbox', 'other')).toBe('other');
  });

  test('two metrics may not disagree about the cap of a label', () => {
    const metric = (name: string, max: number) => ({ type: 'counter', name, help: '', labels: { team: { max } } }) as const;
    expect(() => createSlots([metric('a_total', 10), metric('b_total', 20)])).toThrow(RangeError);
  });
});

describe('label values', () => {
  test.each([
    { label: 'quotes, backslashes and line ends are escaped', value: 'a"b\\c\nd', escaped: 'a\\"b\\\\c\\nd' },
    { label: 'braces and hashes need no escape', value: '} # {x="1"}', escaped: '} # {x=\\"1\\"}' },
    { label: 'other scripts stay', value: 'Büro 東京', escaped: 'Büro 東京' },
  ])('$label', ({ value, escaped }) => expect(escapeLabel(value)).toBe(escaped));

  test.each([
    { label: 'a lone surrogate is replaced', value: 'a\ud800', tidy: 'a\ufffd' },
    { label: 'NUL is replaced: Postgres refuses it', value: 'a\u0000b', tidy: 'a\ufffdb' },
    { label: 'prose is cut', value: 'x'.repeat(500), tidy: 'x'.repeat(100) },
    { label: 'a cut never splits a character', value: `${'x'.repeat(99)}😀`, tidy: `${'x'.repeat(99)}\ufffd` },
    { label: 'nothing at all has a name', value: '', tidy: 'unknown' },
  ])('$label', ({ value, tidy }) => expect(tidyLabel(value)).toBe(tidy));

  test('a strange value is claimed in its tidy form and found again', () => {
    const slots = slotsWith({ inbox: ['support'] });
    const totals = projectClaiming([failure('a\u0000b'), failure('a\u0000b')], slots, new Set());
    expect([...totals]).toEqual([['chat_message_failures_total{channel="whatsapp",inbox="support",code="a\ufffdb"}', 2]]);
  });

  test.each(['x"} y', '}|sum', '__proto__', 'a,b="c"', '{'])('a key can be taken apart whatever its labels say: %s', (value) => {
    const key = `chat_x_seconds{inbox="${escapeLabel(value)}"}`;
    expect(parseKey(`${key}|60`)).toEqual({ name: 'chat_x_seconds', labels: `inbox="${escapeLabel(value)}"`, part: 60 });
    expect(parseKey(`${key}|Infinity`)?.part).toBe(Infinity);
    expect(parseKey(key)?.part).toBeUndefined();
  });
});
