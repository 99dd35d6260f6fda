/** Invented episodes for the pages: one of each kind somebody would want to see, stored by the real transaction. */
import type { Pool } from 'pg';
import type { CanonicalEvent } from '../../exporter/core/event.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { createStore } from '../../exporter/store/apply.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { ask, assign, eventsOf, handoff, receipt, resolve, say, TEN, type Line } from '../traces/histories.ts';

const HOUR = 3_600;

/** Seconds after ten. */
export const STORIES = {
  plain: [[0, ask('q')], [40, say('agent', 'a')], [42, receipt('a', 'delivered')], [100, ask('q2')], [130, say('agent', 'b')], [132, receipt('b', 'delivered')], [300, resolve()],
    [301, { kind: 'survey.sent', survey: 's1' }], [360, { kind: 'survey.answered', survey: 's1', score: 5 }]],
  slow: [[0, ask('q')], [3, say('bot', 'hi')], [60, { kind: 'message.inbound', message: 'q2', content: 'text', sentiment: 'negative' }], [70, handoff], [71, say('bot', 'soon')], [4.2 * HOUR, assign('ana')], [4.3 * HOUR, say('agent', 'a')],
    [4.3 * HOUR + 4, receipt('a', 'failed', '131026')], [4.5 * HOUR, say('agent', 'b')], [4.5 * HOUR + 2, receipt('b', 'delivered')], [4.6 * HOUR, ask('q3')], [4.7 * HOUR, say('agent', 'c')],
    [5 * HOUR, resolve()], [5 * HOUR + 1, { kind: 'survey.sent', survey: 's2' }], [5.4 * HOUR, { kind: 'survey.answered', survey: 's2', score: 1 }]],
  bot: [[0, ask('q')], [2, say('bot', 'a')], [3, receipt('a', 'delivered')], [30, ask('q2')], [33, say('bot', 'b')], [34, receipt('b', 'delivered')], [90, resolve('bot')]],
  reopened: [[0, ask('q')], [30, say('agent', 'a')], [60, resolve()], [2 * HOUR, ask('again')], [2 * HOUR + 500, say('agent', 'b')], [2 * HOUR + 600, resolve()]],
  day: [[0, ask('q')], [900, assign('ana')], [1800, say('agent', 'a')], [1802, receipt('a', 'delivered')], [2 * HOUR, ask('q2')], [2.2 * HOUR, { kind: 'conversation.snoozed' }], [20 * HOUR, ask('well?')],
    [20.5 * HOUR, say('agent', 'b')], [20.6 * HOUR, ask('hm')], [25 * HOUR, say('agent', 'c')], [26 * HOUR, resolve()]],
  abandoned: [[0, ask('q')], [2 * HOUR, resolve('contact')]],
  waiting: [[25 * HOUR, ask('q')], [25 * HOUR + 5, say('bot', 'hi')], [25 * HOUR + 50, ask('q2')], [25 * HOUR + 60, handoff]],
} as const satisfies Record<string, readonly Line[]>;
export type Story = keyof typeof STORIES;

/** An hour after the longest of them. */
export const NOW = TEN + 27 * HOUR * 1000;

export const conversationOf = (story: Story): string => `${Object.keys(STORIES).indexOf(story) + 1}a${'0b1c2d3'.slice(0, 6)}-0000-4000-8000-00000000000${Object.keys(STORIES).indexOf(story) + 1}`;

export async function storeStories(pool: Pool, url: string, traces: NonNullable<Parameters<typeof createStore>[0]['traces']>): Promise<void> {
  const store = createStore({ url, pool, settingsFor: () => DEFAULT_SETTINGS, counting: countingOf(), now: () => NOW, traces });
  for (const story of Object.keys(STORIES) as Story[]) await store.apply(storyEvents(story)); // the keys of the object above
  await store.close();
}

/** What was said in a story, as it is stored. */
export function storyEvents(story: Story, conversation = conversationOf(story)): CanonicalEvent[] {
  const id = (text: string): string => `${conversation.slice(0, 24)}${Buffer.from(text).toString('hex').slice(-12).padStart(12, '0')}`;
  return eventsOf(STORIES[story], conversation).map((event, n) => ({ ...event, id: id(`#${n}`), channel: story === 'bot' ? 'webchat' : 'whatsapp', inbox: story === 'bot' ? 'site' : 'shop',
    contact: id('contact'), ...('message' in event && event.message !== undefined ? { message: id(event.message) } : {}) }) as CanonicalEvent);
}
