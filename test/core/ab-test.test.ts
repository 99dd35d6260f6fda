import { describe, expect, it } from 'vitest';
import { compare } from '../../exporter/core/ab-test.ts';

describe('two variants', () => {
  it('80 and 104 of 1,000 do not differ significantly', () => {
    const { lift, z, pValue, verdict } = compare({ contacts: 1_000, successes: 80 }, { contacts: 1_000, successes: 104 });
    expect([lift!.toFixed(4), z!.toFixed(4), pValue!.toFixed(4), verdict]).toEqual(['0.3000', '1.8568', '0.0633', 'not significant']);
  });
  it.each([
    ['nobody in A', { contacts: 0, successes: 0 }, { contacts: 200, successes: 9 }, { lift: null, z: null, pValue: null, verdict: null }],
    ['nobody did it', { contacts: 200, successes: 0 }, { contacts: 200, successes: 0 }, { lift: null, z: null, pValue: null, verdict: null }],
    ['99 customers in A', { contacts: 99, successes: 9 }, { contacts: 120, successes: 60 }, { verdict: null }],
    ['100 customers in both, far apart', { contacts: 100, successes: 9 }, { contacts: 100, successes: 60 }, { verdict: 'significant' }],
  ])('%s', (_, a, b, expected) => expect(compare(a, b)).toMatchObject(expected));

  it.each([[1.96, 0.0499957903], [0, 1], [3, 0.0026997961], [5, 5.733e-7], [8, 1.2442e-15]])('the two-sided tail beyond z = %d is %d', (z, tail) => {
    // Two arms built so that their statistic is z: equal sizes, rates symmetric around a half.
    const contacts = 1e6;
    const difference = z * Math.sqrt(0.5 / contacts);
    const { pValue } = compare({ contacts, successes: contacts * (0.5 - difference / 2) }, { contacts, successes: contacts * (0.5 + difference / 2) });
    expect(Math.abs(pValue! - tail)).toBeLessThan(tail * 1e-3 + 1e-15);
  });
});
