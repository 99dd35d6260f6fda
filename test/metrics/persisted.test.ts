import { describe, expect, test } from 'vitest';
import { CHANNELS } from '../../exporter/core/event.ts';
import type { Fact, Outcome } from '../../exporter/core/fact.ts';
import { GAUGES, METRICS } from '../../exporter/metrics/index.ts';
import { PersistedSeries } from '../../exporter/metrics/persisted.ts';
import type { PersistedOptions } from '../../exporter/metrics/persisted.ts';
import { AFTERNOON, PLACE, TRACE_ID, UNIVERSE, afternoon, projectAll, samplesOf, slotsWith } from './scenario.ts';

const seriesWith = (options: Partial<PersistedOptions> = {}): PersistedSeries =>
  new PersistedSeries({ metrics: METRICS, gauges: GAUGES, slots: slotsWith(), cacheMs: 0, ...options });
const totalOf = (name: string, labels: string): string => `${name}{${labels}}`;
const AT = 'channel="whatsapp",inbox="support"';

describe('the exposition', () => {
  test('an afternoon in one inbox reads like this', async () => {
    await expect(await afternoon(1_767_200_000_000).render()).toMatchFileSnapshot('./afternoon.txt');
  });

  test('every line of the cluster carries its constant label first', async () => {
    const lines = (await afternoon(0).render()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines.length).toBeGreaterThan(500);
    expect(lines.filter((line) => !/^[a-z_]+\{instance="cluster-1"[,}]/.test(line))).toEqual([]);
  });

  test('buckets accumulate, and the count is the last of them', async () => {
    const series = seriesWith();
    const key = totalOf('chat_queue_seconds', AT);
    series.set(`${key}|1`, 2);
    series.set(`${key}|60`, 3);
    series.set(`${key}|Infinity`, 1);
    series.set(`${key}|sum`, 1234.5);
    const samples = samplesOf(await series.render());
    const bucket = (le: string): number | undefined => samples.get(`chat_queue_seconds_bucket{${AT},le="${le}"}`);
    expect([bucket('1'), bucket('45'), bucket('60'), bucket('604800'), bucket('+Inf')]).toEqual([2, 2, 5, 5, 6]);
    expect(samples.get(`chat_queue_seconds_count{${AT}}`)).toBe(6);
    expect(samples.get(`chat_queue_seconds_sum{${AT}}`)).toBe(1234.5);
  });

  test('buckets of an older version join the next wider one and are not lost', async () => {
    const series = seriesWith();
    const key = totalOf('chat_queue_seconds', AT);
    series.set(`${key}|50`, 2); // neither 50 nor 55 is a bound today
    series.set(`${key}|55`, 3);
    series.set(`${key}|60`, 4);
    series.set(`${key}|60`, 5);
    const samples = samplesOf(await series.render());
    expect(samples.get(`chat_queue_seconds_bucket{${AT},le="45"}`)).toBe(0);
    expect(samples.get(`chat_queue_seconds_bucket{${AT},le="60"}`)).toBe(10);
  });

  test('totals of metrics that no longer exist are passed over', async () => {
    const series = seriesWith();
    series.set('chat_gone_total{a="b"}', 1);
    series.set('nonsense', 1);
    expect(await series.render()).toBe('');
  });

  test('an exemplar stands on its bucket with trace, value and seconds', async () => {
    const series = seriesWith();
    const key = `chat_resolution_seconds{${AT},by="agent"}|300`;
    series.set(key, 1);
    series.setExemplar(key, { traceId: TRACE_ID, value: 240.5, at: 1_767_200_000_123 });
    expect(await series.render()).toContain(`le="300"} 1 # {trace_id="${TRACE_ID}"} 240.5 1767200000.123\n`);
  });
});

describe('series at zero', () => {
  test('all of them exist before the first event, and all are 0', async () => {
    const series = seriesWith();
    series.declare(UNIVERSE);
    const samples = samplesOf(await series.render());
    expect([...samples].filter(([, value]) => value !== 0)).toEqual([]);
    const names = new Set([...samples.keys()].map((line) => line.replace(/\{.*/, '').replace(/_(bucket|sum|count)$/, '')));
    // Error codes, topics, agents and currencies are known only when they occur.
    expect(METRICS.filter(({ name }) => !names.has(name)).map(({ labels }) => Object.keys(labels).join(' ')))
      .toEqual(['channel inbox code', 'currency category', 'topic', 'agent', 'agent', 'agent']);
  });

  test('no fact of a configured inbox creates a series, values nobody configures apart', async () => {
    const declared = seriesWith();
    declared.declare(UNIVERSE);
    const before = samplesOf(await declared.render());
    const { totals } = projectAll([...AFTERNOON, ...CLOSES], slotsWith());
    for (const [key, value] of totals) declared.set(key, value);
    const born = [...samplesOf(await declared.render()).keys()].filter((line) => !before.has(line));
    expect(born).toEqual([
      `chat_message_failures_total{${AT},code="131047"}`, 'chat_topic_conversations_total{topic="billing"}', 'chat_topic_conversations_total{topic="unknown"}',
      'chat_agent_online_seconds_total{agent="ana"}', 'chat_agent_busy_seconds_total{agent="ana"}', 'chat_agent_handling_seconds_total{agent="ana"}',
    ]);
  });

  test.each([
    { label: 'a message of a contact going out', line: `chat_messages_total{${AT},direction="outbound",author="contact"}` },
    { label: 'a courtesy that is the first episode', line: closedLine('contact', 'courtesy', 'first', 'none') },
    { label: 'a bot resolution without a bot', line: closedLine('contact', 'resolved_bot', 'first', 'none') },
    { label: 'a bot\'s part in an episode that the business opened', line: closedLine('campaign', 'missed', 'first', 'involved') },
    { label: 'an unknown kind that was accepted', line: 'chat_events_total{source="whatsapp",kind="unknown",result="accepted"}' },
  ])('what cannot happen has none: $label', async ({ line }) => {
    const series = seriesWith();
    series.declare(UNIVERSE);
    expect(samplesOf(await series.render()).has(line)).toBe(false);
  });

  test('declaring again keeps what was counted', async () => {
    const series = seriesWith();
    series.set(`chat_transfers_total{${AT}}`, 4);
    series.declare(UNIVERSE);
    expect(samplesOf(await series.render()).get(`chat_transfers_total{${AT}}`)).toBe(4);
  });

  test('ten inboxes stay far below the sample limit, and the docs tell how many fit', async () => {
    const linesFor = async (inboxes: number): Promise<number> => {
      const series = seriesWith({ slots: slotsWith({}) });
      const places = Array.from({ length: inboxes }, (_, i) => ({ channel: CHANNELS[i % 3] ?? 'sms', inbox: `inbox-${i}` }));
      series.declare({ places, sources: ['whatsapp', 'chatwoot'], rollups: ['hourly', 'backlog', 'peak'] });
      for (const { name, labels } of GAUGES.filter((gauge) => gauge.labels.includes('inbox'))) {
        series.setGauges(name, places.map((place) => ({ labels: { ...Object.fromEntries(labels.map((label) => [label, ''])), ...place }, value: 1 })));
      }
      return samplesOf(await series.render()).size;
    };
    const [ten, eleven] = [await linesFor(10), await linesFor(11)];
    console.log(`series for 10 inboxes: ${ten}; for each further one: ${eleven - ten}`);
    expect(ten).toBeLessThan(6_000);
    expect(eleven - ten).toBeLessThanOrEqual(525);
    expect(ten + 100 * (eleven - ten)).toBeLessThan(60_000);
  });
});

describe('gauges', () => {
  test('what is not among the new rows vanishes', async () => {
    const series = seriesWith();
    series.setGauges('chat_conversations_waiting', [{ labels: PLACE, value: 3 }, { labels: { ...PLACE, inbox: 'sales' }, value: 1 }]);
    series.setGauges('chat_conversations_waiting', [{ labels: PLACE, value: 2 }]);
    expect([...samplesOf(await series.render())]).toEqual([[`chat_conversations_waiting{${AT}}`, 2]]);
    series.setGauges('chat_conversations_waiting', []);
    expect(await series.render()).toBe('');
  });

  test('inboxes beyond the cap become one row: counts add up, the longest wait is the longest', async () => {
    const slots = slotsWith({ inbox: ['support'] });
    slots.accept('inbox', 'sales', false);
    const series = seriesWith({ slots });
    const rows = [{ labels: { ...PLACE, inbox: 'sales' }, value: 30 }, { labels: { ...PLACE, inbox: 'returns' }, value: 20 }];
    series.setGauges('chat_conversations_waiting', rows);
    series.setGauges('chat_oldest_wait_seconds', rows);
    expect(Object.fromEntries(samplesOf(await series.render()))).toEqual({
      'chat_conversations_waiting{channel="whatsapp",inbox="other"}': 50, 'chat_oldest_wait_seconds{channel="whatsapp",inbox="other"}': 30,
    });
  });

  test('a gauge nobody defined is a mistake', () => {
    expect(() => seriesWith().setGauges('chat_typo', [])).toThrow(RangeError);
    expect(() => seriesWith().setGauge('chat_messages_total', {}, 1)).toThrow(RangeError);
  });
});

describe('leadership and scrapes', () => {
  test('after clear nothing is left', async () => {
    const series = afternoon(0);
    series.clear();
    expect(await series.render()).toBe('');
  });

  test('a rendering that was under way when leadership was lost is not served', async () => {
    const series = seriesWith();
    series.declare({ places: Array.from({ length: 50 }, (_, i) => ({ channel: 'sms', inbox: `inbox-${i}` })), sources: [] });
    const underWay = series.render();
    series.clear();
    expect(await underWay).toBe('');
  });

  test('concurrent scrapes share one rendering, later ones for as long as it is fresh', async () => {
    const series = seriesWith({ cacheMs: 60_000 });
    series.declare(UNIVERSE);
    const [first, second] = await Promise.all([series.slices(), series.slices()]);
    series.set(`chat_transfers_total{${AT}}`, 9);
    expect(second).toBe(first);
    expect(await series.slices()).toBe(first);
    series.clear();
    expect(await series.render()).toBe('');
  });

  test('without a cache each scrape sees the latest total', async () => {
    const series = seriesWith();
    for (const value of [1, 2]) {
      series.set(`chat_transfers_total{${AT}}`, value);
      expect(samplesOf(await series.render()).get(`chat_transfers_total{${AT}}`)).toBe(value);
    }
  });

  test('other work runs while a large text is rendered', async () => {
    const series = seriesWith();
    series.declare({ places: Array.from({ length: 40 }, (_, i) => ({ channel: 'sms', inbox: `inbox-${i}` })), sources: [] });
    let turns = 0;
    let done = false;
    const count = (): void => {
      turns++;
      if (!done) setImmediate(count);
    };
    setImmediate(count);
    await series.slices();
    done = true;
    expect(turns).toBeGreaterThanOrEqual(10);
  });
});

/** Every way in which episodes can end, by who opened them; the table of docs/kpis.md. */
const CLOSES: readonly Fact[] = [
  ...closes('contact', ['withdrawn', 'dismissed', 'resolved_agent', 'dropped', 'abandoned', 'missed'], ['none']),
  ...closes('contact', ['resolved_agent', 'dropped', 'abandoned', 'missed', 'resolved_bot', 'bot_abandoned'], ['escalated']),
  ...closes('contact', ['abandoned', 'missed', 'resolved_bot', 'bot_abandoned'], ['involved']),
  ...closes('campaign', ['outbound_only', 'withdrawn', 'dismissed', 'resolved_agent', 'dropped', 'abandoned', 'missed', 'resolved_bot', 'bot_abandoned'], ['none']),
  ...closes('agent', ['outbound_only', 'withdrawn', 'dismissed', 'resolved_agent', 'dropped', 'abandoned', 'missed', 'resolved_bot', 'bot_abandoned'], ['none']),
];

function closes(initiator: 'contact' | 'agent' | 'campaign', outcomes: readonly Outcome[], bots: readonly ('none' | 'involved' | 'escalated')[]): Fact[] {
  const common = { ...PLACE, type: 'closed', conversation: 'c', number: 1, source: 'whatsapp', at: 0, initiator, confirmed: false, unanswered: false } as const;
  return outcomes.flatMap((outcome) => bots.flatMap((bot) => (['first', 'reopened'] as const).map((episode): Fact => ({ ...common, outcome, bot, episode }))));
}

function closedLine(initiator: string, outcome: string, episode: string, bot: string): string {
  return `chat_conversations_closed_total{${AT},initiator="${initiator}",outcome="${outcome}",episode="${episode}",bot="${bot}"}`;
}
