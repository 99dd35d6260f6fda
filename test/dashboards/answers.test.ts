import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL } from '../../dashboards/src/variables.ts';
import { chosenIn, promqlOf } from './ask.ts';
import { loadDashboards, panelsOf, targetsOf } from './dashboards.ts';
import { NOW, PLACES, startHistory, type History } from './history.ts';

/** Per hour and inbox, people's part only. */
const ENDED: Readonly<Record<string, number>> = { resolved_agent: 8, dropped: 1, missed: 2, abandoned: 1, spam: 40 };

let history: History;
beforeAll(async () => {
  history = await startHistory({
    // shop keeps its promise in 3 of 4 cases, site never; 9 of 10 messages arrive.
    perHour: (metric, labels) => {
      switch (metric) {
        case 'chat_sla_results_total': return labels['inbox'] === 'shop' ? (labels['result'] === 'met' ? 3 : 1) : labels['result'] === 'met' ? 0 : 4;
        case 'chat_message_attempts_total': return 10;
        case 'chat_message_status_total': return labels['status'] === 'delivered' ? 9 : 1;
        case 'chat_conversations_closed_total': return labels['initiator'] === 'contact' && labels['bot'] === 'none' && labels['episode'] === 'first' ? ENDED[labels['outcome']!] ?? 0 : 0;
        case 'chat_messages_total': return labels['direction'] === 'inbound' ? 30 : 6;
        default: return undefined;
      }
    },
    at: (metric, labels) => {
      switch (metric) {
        case 'chat_conversations_waiting': return labels['inbox'] === 'shop' ? 5 : 2;
        case 'chat_oldest_wait_seconds': return labels['inbox'] === 'shop' ? 90 : 30;
        case 'chat_sla_target_seconds': return labels['inbox'] === 'shop' ? 60 : 10;
        case 'chat_sla_objective_ratio': return 0.8;
        case 'chat_source_last_event_timestamp_seconds': return NOW - 120;
        default: return undefined;
      }
    },
  });
});
afterAll(() => history.stop());

const targets = (await loadDashboards()).flatMap((dashboard) => panelsOf(dashboard).flatMap((panel) =>
  targetsOf(panel).flatMap(({ expr, refId }) => (expr === undefined ? [] : [{ where: `${dashboard.uid ?? ''}: ${panel.title ?? ''} ${refId ?? ''}`, expr, values: chosenIn(dashboard) }]))));
const SPAN = { from: NOW - 21_600, to: NOW, step: 600 };

/** Of the overview, with these channels and inboxes chosen. */
const ask = async (where: string, channel = ALL, inbox = ALL): Promise<readonly number[]> => {
  const target = targets.find((one) => one.where === `msg-overview: ${where}`);
  if (!target) throw new Error(`no query ${where}; there are ${targets.map((one) => one.where).join(', ')}`);
  const expr = promqlOf(target.expr, (name) => (name === 'channel' ? channel : name === 'inbox' ? inbox : target.values(name)), SPAN);
  return (await history.query(expr)).map(({ value }) => value);
};

it('no query leads to an error where nothing is known', async () => {
  expect(targets.length).toBeGreaterThan(100);
  for (const { expr } of targets) expect(Array.isArray(await history.query(promqlOf(expr, () => 'nothing', SPAN)))).toBe(true);
});

describe('the answers', () => {
  it('add up over inboxes', async () => expect(await ask('Waiting now A')).toEqual([7]));
  it('measure each wait by its own target', async () => expect(await ask('Oldest wait B')).toEqual([3])); // site: 30 s of 10, shop: 90 s of 60
  it('are met ÷ (met + missed)', async () => expect((await ask('First responses in target, 24 h A'))[0]).toBeCloseTo(3 / 8, 5));
  it('are missed ÷ what may be missed', async () => expect((await ask('First responses in target, 24 h B'))[0]).toBeCloseTo(5 / 8 / 0.2, 5));
  it('of figures without a channel follow the chosen channel', async () => {
    expect((await ask('First responses in target, 24 h A', 'whatsapp'))[0]).toBeCloseTo(0.75, 5);
    expect((await ask('First responses in target, 24 h A', 'webchat'))[0]).toBeCloseTo(0, 5);
  });
  it('follow the chosen inbox', async () => expect(await ask('Waiting now A', ALL, 'site')).toEqual([2]));
  it('are delivered ÷ attempted', async () => expect((await ask('Delivered, 24 h A'))[0]).toBeCloseTo(0.9, 5));
  it('are (missed + abandoned) ÷ what ended with people, and how many that is', async () => {
    expect((await ask('Left without an answer, 24 h A'))[0]).toBeCloseTo(3 / 12, 5);
    expect((await ask('Left without an answer, 24 h B', 'whatsapp'))[0]).toBeCloseTo(24 * 12, 3);
  });
  it('weigh the recorded CSAT of each inbox by its ratings', async () => {
    expect((await ask('CSAT, 7 days B'))[0]).toBeCloseTo((0.9 * 300 + 0.5 * 100) / 400, 5);
    expect(await ask('CSAT, 7 days D', 'webchat')).toEqual([100]);
  });
  it('colour CSAT by the goal of the configuration, in one of three queries', async () => {
    const shown = (channel: string): Promise<readonly boolean[]> => Promise.all(['A', 'B', 'C'].map(async (refId) => (await ask(`CSAT, 7 days ${refId}`, channel)).length > 0));
    expect([await shown('whatsapp'), await shown('webchat')]).toEqual([[true, false, false], [false, true, false]]); // 90 and 50 % of a goal of 85
  });
  it('compare this hour with the same hour of four weeks', async () => expect((await ask('Inbound, last hour B'))[0]).toBeCloseTo(1, 1));
  it('of now are not a number, rather than old, when the exporter is gone', async () => expect(await ask('Waiting now A', 'nothing')).toEqual([Number.NaN]));
  it('put nine tenths of the first responses below 75 s', async () => expect((await ask('First response B'))[0]).toBeCloseTo(75, 3));
  it('have one row per inbox in the table', async () => expect((await ask('Where A')).length).toBe(PLACES.length));
  it('tell how long an alert has been firing', async () => expect(await ask('Open alerts A')).toEqual([600]));
  it('tell how old the newest event is', async () => expect(await ask('Can these numbers be believed? A')).toEqual([120, 120]));
});
