/** The pages of episodes, on a real database, over HTTP, in a real browser. */
import { Pool } from 'pg';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEpisodePages } from '../../exporter/episodes.ts';
import { DEFAULT_SETTINGS } from '../../exporter/core/settings.ts';
import { listen, type Listening } from '../../exporter/http/server.ts';
import { createTelemetryApp } from '../../exporter/http/telemetry-server.ts';
import { findBinary } from '../../exporter/stack/find.ts';
import { traceIdFor } from '../../exporter/traces/ids.ts';
import { createTraceChoices, type KeepOptions } from '../../exporter/traces/keep.ts';
import { freshDatabase, type FreshDatabase } from '../support/postgres.ts';
import type { CanonicalEvent, Payload } from '../../exporter/core/event.ts';
import { pseudonymOf } from '../../exporter/ingest/pseudonym.ts';
import { createStore } from '../../exporter/store/apply.ts';
import { readEpisode } from '../../exporter/store/episode-list.ts';
import { viewOf } from '../../exporter/traces/view.ts';
import { countingOf } from '../../exporter/workplace.ts';
import { ask, eventsOf, KEY, say, TEN } from '../traces/histories.ts';
import { conversationOf, NOW, STORIES, storeStories, type Story } from './episode-stories.ts';

const keep: KeepOptions = { key: KEY, ratio: 1, settingsFor: () => DEFAULT_SETTINGS };
const pageOf = (story: Story, number = 1): string => `/episodes/${traceIdFor(KEY, conversationOf(story), number)}`;
let database: FreshDatabase;
let pool: Pool;
let server: Listening;
let browser: Browser;
let base: string;

beforeAll(async () => {
  database = await freshDatabase('episodes');
  pool = new Pool({ connectionString: database.url });
  await storeStories(pool, database.url, createTraceChoices(keep));
  await pool.query("update replywatch.trace_outbox as job set state = 'exported', exported_at = now() where job.conversation = $1", [conversationOf('slow')]);
  const app = createTelemetryApp({
    scrape: async () => ({ contentType: 'text/plain', body: Buffer.from('') }), ready: () => undefined, page: () => ({ name: 'Replywatch', version: '1', links: [], sources: [] }), runbooks: '', onError: (error) => { throw error; },
    episodes: createEpisodePages({ pool, keep, pseudonymKey: 'k', isTracing: true, now: () => NOW, config: { inboxes: [{ source: 'whatsapp', id: 'shop', name: 'Lamp shop' }], teams: [{ id: '7', name: 'Orders' }], grafanaUrl: 'https://grafana.example', settingsFor: () => DEFAULT_SETTINGS } }),
  });
  server = await listen(app, '127.0.0.1', 0);
  base = `http://127.0.0.1:${server.port}`;
  browser = await chromium.launch({ executablePath: findBinary(['chromium', 'chromium-browser', 'google-chrome'])!, args: ['--no-sandbox'] });
});
afterAll(async () => {
  await browser?.close();
  await server?.close(0);
  await pool.end();
  await database.drop();
});

async function look<T>(path: string, at: (page: Page) => Promise<T>, width = 1200): Promise<T> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const troubles: string[] = [];
  page.on('console', (message) => { if (message.type() === 'error') troubles.push(message.text()); });
  try {
    await page.goto(base + path);
    const result = await at(page);
    expect(troubles.filter((text) => !text.includes('favicon') && !text.includes('404'))).toEqual([]);
    return result;
  } finally {
    await page.close();
  }
}
const rowsOf = (page: Page): Promise<readonly string[]> => page.locator('tbody th a').allInnerTexts();
const name = (story: Story, number = 1): string => `${conversationOf(story).slice(0, 8)} #${number}`;

describe('the list', () => {
  it.each<[string, readonly string[]]>([
    ['/episodes', [name('waiting')]],
    ['/episodes?show=slow', [name('slow'), name('day')]],
    ['/episodes?show=slow&hours=168', [name('slow'), name('abandoned'), name('day'), name('reopened', 2)]],
    ['/episodes?show=slow&sort=newest&hours=168', [name('day'), name('slow'), name('reopened', 2), name('abandoned')]],
    ['/episodes?show=abandoned&hours=168', [name('abandoned')]],
    ['/episodes?show=unhappy&hours=168', [name('slow')]],
    ['/episodes?show=all&hours=168&sort=length', [name('day'), name('slow'), name('abandoned'), name('reopened', 2), name('plain'), name('bot'), name('reopened')]],
    ['/episodes?show=all&hours=168&inbox=site', [name('bot')]],
    ['/episodes?show=all&hours=168&channel=sms', []],
    ['/episodes?show=nonsense&sort=;drop&page=x&hours=1e9', [name('waiting')]],
    ['/episodes?inbox=%00shop&channel=%0A', [name('waiting')]],
  ])('%s', async (path, expected) => expect(await look(path, rowsOf)).toEqual(expected));

  it('keeps the filter from tab to tab, and leads to the episode', async () => {
    await look('/episodes?show=all&hours=720&inbox=shop', async (page) => {
      await page.getByRole('link', { name: 'Slow', exact: true }).click();
      expect(new URL(page.url()).searchParams.get('inbox')).toBe('shop');
      await page.getByLabel('First').selectOption('newest');
      await page.getByRole('button', { name: 'Show' }).click();
      expect(new URL(page.url()).searchParams.get('sort')).toBe('newest');
      await page.getByRole('link', { name: name('slow') }).click();
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(`Episode ${name('slow')}`);
    });
  });

  it('calls inboxes what the configuration calls them, and tells an answer from none', async () => {
    await look('/episodes?show=slow&hours=168', async (page) => {
      const rowOf = (story: Story) => page.getByRole('row', { name: name(story) }).innerText();
      expect(await rowOf('slow')).toMatch(/whatsapp, Lamp shop[^]*\t4 h 28 min late/);
      expect(await rowOf('abandoned')).toMatch(/\tnone in 2 h late/);
      expect(await page.getByLabel('Inbox').locator('option').allInnerTexts()).toEqual(['any', 'Lamp shop (shop)']);
    });
  });

  it('says on paper what the form says on the screen', async () => {
    await look('/episodes?show=slow&hours=168&inbox=shop', async (page) => {
      const words = page.getByText('Slow, channel any, inbox Lamp shop (shop), closed in the last 7 days, longest wait first, page 1');
      expect([await words.isVisible(), await page.getByRole('button', { name: 'Show' }).isVisible()]).toEqual([false, true]);
      await page.emulateMedia({ media: 'print' });
      expect([await words.isVisible(), await page.getByRole('button', { name: 'Show' }).isVisible()]).toEqual([true, false]);
    });
  });

  it('can be walked through by keyboard alone', async () => {
    await look('/episodes?show=all&hours=168', async (page) => {
      const reached: string[] = [];
      for (let n = 0; n < 25; n++) {
        await page.keyboard.press('Tab');
        reached.push(await page.evaluate('document.activeElement.tagName + " " + (document.activeElement.name || document.activeElement.textContent).slice(0, 40)'));
      }
      for (const wanted of ['A Waiting now', 'SELECT channel', 'SELECT sort', 'BUTTON Show', `A ${name('plain')}`]) expect(reached).toContain(wanted);
      await page.getByRole('link', { name: name('plain') }).focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(/\/episodes\/[0-9a-f]{32}/);
    });
  });

  it('goes in pages of fifty', async () => {
    await pool.query(`insert into replywatch.episode_facts select (json_populate_record(facts, json_build_object('conversation', gen_random_uuid(), 'inbox', 'many'))).* from replywatch.episode_facts as facts, generate_series(1, 60)
      where facts.conversation = $1`, [conversationOf('bot')]);
    await look('/episodes?show=all&inbox=many&hours=720', async (page) => {
      expect(await page.locator('tbody tr').count()).toBe(50);
      await page.getByRole('link', { name: 'Next page' }).click();
      expect(await page.locator('tbody tr').count()).toBe(10);
      expect(await page.getByRole('link', { name: 'Next page' }).count()).toBe(0);
    });
  });
});

describe('a bot that asks for a traceparent', () => {
  const id = pseudonymOf('k', 'conversation', 'webchat', 'thread-7');

  it('gets the span of the turn that answers the wait, as the trace will have it', async () => {
    const store = createStore({ url: database.url, pool, settingsFor: () => DEFAULT_SETTINGS, counting: countingOf(), now: () => NOW, traces: createTraceChoices(keep) });
    const at = (seconds: number, what: Payload) => eventsOf([[seconds, what]], id).map((event) => ({ ...event, id: pseudonymOf('k', 'event', 'x', String(seconds)), message: pseudonymOf('k', 'message', 'x', String(seconds)) }) as CanonicalEvent);
    await store.apply(at(90_000, ask('q')));
    const answer = await fetch(`${base}/traceparent?source=webchat&conversation=thread-7`);
    expect(answer.status).toBe(200);
    const { traceparent } = await answer.json() as { traceparent: string };
    await store.apply([...at(90_005, say('bot', 'a')), ...at(90_100, ask('q2'))]);
    await store.close();
    const job = (await readEpisode(pool, { conversation: id, number: 1 }, NOW))!;
    const turn = viewOf(job, keep, NOW).spans.find(({ name }) => name === 'bot turn')!;
    expect(traceparent).toBe(`00-${turn.trace.traceId}-${turn.id}-01`);
  });

  it.each(['source=webchat&conversation=unknown', 'source=webchat', ''])('gets 404 for %s', async (query) => {
    expect((await fetch(`${base}/traceparent?${query}`)).status).toBe(404);
  });
});

describe('the timeline', () => {
  it('says in words what the bars show', async () => {
    await look(pageOf('slow'), async (page) => {
      const steps = (await page.locator('table.spans tbody tr').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());
      expect(steps).toEqual([
        'Bot turn 10:00:00 3 s', 'Wait for customer 10:00:03 57 s', 'Bot turn 10:01:00 10 s', 'Queue wait 10:01:10 4 h 10 min', 'First response time late 10:01:10 4 h 28 min', 'Queue time 10:01:10 4 h 10 min',
        'Agent turn late 14:12:00 18 min', 'Deliver message failed: 131026 14:18:00 4 s', 'Deliver message 14:30:00 2 s', 'Wait for customer 14:30:00 6 min', 'Agent turn 14:36:00 6 min', 'Response time 14:36:00 6 min',
        'Wait for customer 14:42:00 18 min', 'Survey score 1 15:00:01 23 min 59 s']);
      expect(await page.getByRole('img', { name: /Strip of the whole episode/ }).getAttribute('aria-label')).toBe('Strip of the whole episode: Bot 13 s, Queue 4 h 10 min, Agent 24 min, Customer 24 min 57 s');
      expect((await page.locator('dl.cards div').allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
        'First response 4 h 28 min target 1 min missed', 'First bot answer 3 s', 'Queue 4 h 10 min', 'Resolution 5 h target 5 min missed', 'Customer messages 3', 'Sounded negative 1', 'Agent messages 2',
        'Bot messages 2', 'Failed messages 1', 'Hand-offs 1', 'Survey score 1']);
      const link = await page.getByRole('link', { name: 'Open the trace in Grafana' }).getAttribute('href');
      expect(JSON.parse(new URL(link!).searchParams.get('panes')!)).toMatchObject({ t: { queries: [{ query: traceIdFor(KEY, conversationOf('slow'), 1) }] } });
    });
  });

  it('draws bars to scale: the phases fill the strip', async () => {
    await look(pageOf('plain'), async (page) => {
      const widths = await page.locator('svg.strip rect').evaluateAll((rects) => rects.map((rect) => Number(rect.getAttribute('width'))));
      expect(widths.map(Math.round)).toEqual([133, 200, 100, 567]);
    });
  });

  it('keeps its scale when a message arrives long after the end', async () => {
    await pool.query(`update replywatch.event set t = event.t + interval '4 hours' where event.conversation = $1 and event.kind = 'message.status' and event.t > to_timestamp($2)`, [conversationOf('plain'), (TEN + 120_000) / 1000]);
    await look(pageOf('plain'), async (page) => {
      const barOf = async (text: RegExp): Promise<number> => Number(await page.getByRole('row', { name: text }).last().locator('rect').getAttribute('width'));
      expect([await barOf(/^Deliver message .* 4 h/), await barOf(/^Wait for customer .* 2 min 50 s/)].map(Math.round)).toEqual([1000 - 130 / 375 * 1000, 170 / 375 * 1000].map(Math.round));
    });
  });

  it('leads to the other episodes of the conversation, and only to Grafana what was sent there', async () => {
    await look(pageOf('reopened'), async (page) => {
      expect(await page.getByRole('link', { name: /Grafana/ }).count()).toBe(0);
      await page.getByRole('link', { name: /Episode 2 of this conversation/ }).click();
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe(`Episode ${name('reopened', 2)}`);
    });
  });

  it('shows an open episode up to now', async () => {
    await look(pageOf('waiting'), async (page) => {
      expect(await page.locator('main').innerText()).toMatch(/to now, 2 h open/);
      expect(await page.locator('dl.cards').innerText()).toMatch(/Waiting now\s+1 h 59 min/);
    });
  });

  it.each(Object.keys(STORIES) as Story[])('fits a phone: %s', async (story) => {
    for (const path of [pageOf(story), '/episodes?show=all&hours=720']) {
      expect(await look(path, (page) => page.evaluate('document.documentElement.scrollWidth'), 360)).toBeLessThanOrEqual(360);
    }
  });

  it('finds an episode that no trace was queued for, with the hint of the list and without', async () => {
    await pool.query('delete from replywatch.trace_outbox as job where job.conversation = $1', [conversationOf('day')]);
    for (const path of [pageOf('day'), `${pageOf('day')}?of=${conversationOf('day')}.1`]) expect(await look(path, (page) => page.locator('h1').innerText())).toBe(`Episode ${name('day')}`);
  });

  it('leads from the name of an episode to its page', async () => {
    const response = await fetch(`${base}/episodes/of/${conversationOf('plain')}.1`, { redirect: 'manual' });
    expect(response.status).toBe(302);
    expect(new URL(response.headers.get('location')!, response.url).pathname).toBe(pageOf('plain'));
    expect(await (await fetch(`${base}/episodes/of/${conversationOf('plain')}.1`)).text()).toContain(conversationOf('plain').slice(0, 8));
    expect((await fetch(`${base}/episodes/of/nobody.1`)).status).toBe(404);
  });

  it.each([['0'.repeat(32), 404], [`${'f'.repeat(32)}?of=${'x'.repeat(99)}`, 404], ['not-an-id', 404], [`${'f'.repeat(32)}?of=${conversationOf('plain')}.1`, 404], [`of/${'-'.repeat(36)}.1`, 404]])('answers /episodes/%s with %i', async (path, status) => {
    const response = await fetch(`${base}/episodes/${path}`);
    expect([response.status, await response.text()]).toEqual([status, expect.stringMatching(/No such episode|nothing here/)]);
  });

  it('names nobody', async () => {
    const pages = await Promise.all([...Object.keys(STORIES).map((story) => pageOf(story as Story)), '/episodes?show=all&hours=720'].map(async (path) => (await fetch(base + path)).text()));
    expect(pages.join()).not.toMatch(/>ana<|contact/i);
  });
});
