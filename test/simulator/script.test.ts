import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { LUMEN_HOME } from '../../exporter/simulator/business.ts';
import { localClock } from '../../exporter/simulator/local-time.ts';
import { script, type Delivery, type ScriptOptions } from '../../exporter/simulator/script.ts';
import { DAY, FRIDAY, HOUR, deskBody, deskWaits, isHandOff, lineChanges, quantile, repliedTo, type DeskBody } from './reading.ts';

const clock = localClock(LUMEN_HOME.tz);
const play = (options: Partial<ScriptOptions>): Delivery[] => [...script({ seed: 'test', from: FRIDAY, to: FRIDAY + DAY, ...options })];
const digest = (deliveries: readonly Delivery[]): string =>
  createHash('sha256').update(deliveries.map(({ at, source, body }) => `${String(at)} ${source} ${body}`).join('\n')).digest('hex');

describe('the script is a function of its options', () => {
  it('gives the same deliveries for the same seed and others for another', () => {
    const once = digest(play({}));
    expect(digest(play({}))).toBe(once);
    expect(digest(play({ seed: 'other' }))).not.toBe(once);
  });

  it('is ordered by time and stays inside its range', () => {
    const deliveries = play({ to: FRIDAY + 3 * DAY });
    const times = deliveries.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.every((at) => Number.isInteger(at) && at >= FRIDAY && at < FRIDAY + 3 * DAY)).toBe(true);
  });

  it('agrees with a range that began earlier, ids included, after some days', () => {
    const lastDay = ({ at }: Delivery): boolean => at >= FRIDAY + 12 * DAY;
    const long = play({ to: FRIDAY + 13 * DAY }).filter(lastDay);
    const short = new Set(play({ from: FRIDAY + 4 * DAY + 5 * HOUR, to: FRIDAY + 13 * DAY }).filter(lastDay).map(({ body }) => body));
    expect(long.length).toBeGreaterThan(2_000);
    expect(long.filter(({ body }) => short.has(body)).length / long.length).toBeGreaterThan(0.95);
  });

  it('can be read beside the clock: the first deliveries of an endless script come without the rest', () => {
    const endless = script({ seed: 'test', from: FRIDAY });
    const first = Array.from({ length: 50 }, () => endless.next().value);
    expect(first).toEqual(play({}).slice(0, 50));
  });

  it('prints how long 35 days take', () => {
    const began = performance.now();
    let count = 0;
    for (const _ of script({ seed: 'test', from: FRIDAY, to: FRIDAY + 35 * DAY })) count += 1;
    console.info(`35 days: ${String(count)} webhooks in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    expect(count).toBeGreaterThan(35 * 2_500);
  });
});

describe('the business is alive', () => {
  const month = play({ to: FRIDAY + 28 * DAY });
  const desk = month.filter(({ source }) => source === 'chatwoot').map((delivery) => ({ at: delivery.at, body: deskBody(delivery) }));
  const line = month.filter(({ source }) => source === 'whatsapp').flatMap(lineChanges);
  const opened = desk.filter(({ body }) => body.event === 'conversation_created');
  const statuses = line.flatMap(({ value }) => value.statuses ?? []);

  it('writes 1,500 to 2,600 messages a day', () => {
    const ofDesk = desk.filter(({ body }) => body.event === 'message_created').length;
    const ofLine = line.filter(({ value }) => value.messages ?? value.message_echoes).length;
    const byReceipt = new Set(statuses.filter((status) => status.status === 'sent').map((status) => status.id)).size;
    const echoed = line.filter(({ value }) => value.message_echoes).length;
    const perDay = (ofDesk + ofLine + byReceipt - echoed) / 28;
    expect(perDay).toBeGreaterThan(1_500);
    expect(perDay).toBeLessThan(2_600);
  });

  it('has its peak between 18 and 21 h and quiet Sundays', () => {
    const local = opened.map(({ at }) => clock(at));
    const share = local.filter(({ hour }) => hour >= 18 && hour < 21).length / local.length;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.36);
    const on = (weekday: number): number => local.filter((each) => each.weekday === weekday).length;
    expect(on(0)).toBeLessThan(0.65 * on(1));
  });

  it('lets the bot begin in part of the conversations and hand over part of those', () => {
    const withBot = opened.filter(({ body }) => body.status === 'pending').length;
    const handedOver = desk.filter(({ body }) => body.event === 'conversation_status_changed' && isHandOff(body)).length;
    expect(withBot / opened.length).toBeGreaterThan(0.5);
    expect(withBot / opened.length).toBeLessThan(0.7);
    expect(handedOver / withBot).toBeGreaterThan(0.3);
    expect(handedOver / withBot).toBeLessThan(0.7);
  });

  it('keeps the promise of a minute mostly, less at the peak, and badly on the evenings half the shift is missing', () => {
    const waits = deskWaits(month);
    const attained = (chosen: typeof waits): number => chosen.filter(({ seconds }) => seconds < 60).length / chosen.length;
    const hourOf = ({ since }: { readonly since: number }): number => clock(since).hour;
    const peak = waits.filter((wait) => hourOf(wait) >= 18 && hourOf(wait) < 21);
    const calm = waits.filter((wait) => hourOf(wait) >= 9 && hourOf(wait) < 17);
    expect(attained(calm)).toBeGreaterThan(0.85);
    expect(attained(peak)).toBeLessThan(attained(calm) - 0.05);
    const evenings = Map.groupBy(peak, ({ since }) => clock(since).day);
    const slow = [...evenings].filter(([, evening]) => quantile(evening.map(({ seconds }) => seconds), 0.9) > 600).map(([day]) => day);
    expect(slow.length).toBeGreaterThanOrEqual(2);
    expect(slow.length).toBeLessThanOrEqual(8);
  });

  it('asks how it was, and a long wait costs stars', () => {
    const rated = desk.filter(({ body }) => body.event === 'message_updated');
    const asked = desk.filter(({ body }) => body.event === 'message_created' && body.content_type === 'input_csat').length;
    const ratings = rated.flatMap(({ body }) => body.content_attributes?.submitted_values?.csat_survey_response?.rating ?? []);
    expect(rated.length / asked).toBeGreaterThan(0.2);
    expect(rated.length / asked).toBeLessThan(0.4);
    expect(ratings.filter((rating) => rating >= 4).length / ratings.length).toBeGreaterThan(0.75);
    expect(new Set(ratings)).toEqual(new Set([1, 2, 3, 4, 5]));
  });

  it.each<readonly [string, (body: DeskBody) => boolean]>([
    ['a parked conversation', ({ event, status }) => event === 'conversation_status_changed' && status === 'snoozed'],
    ['a private note', (body) => body.private === true],
    ['a transfer to the other team', (body) => body.changed_attributes?.some((change) => typeof change.team_id?.previous_value === 'number') === true],
    ['a conversation that opens again', (body) => body.changed_attributes?.some((change) => change.status?.previous_value === 'resolved') === true],
    ['a label', (body) => body.event === 'conversation_updated' && body.labels?.length === 1],
    ['Arabic', (body) => /[\u0600-\u06ff]/.test(body.content ?? '')],
    ['Hindi', (body) => /[\u0900-\u097f]/.test(body.content ?? '')],
  ])('shows %s', (_, seen) => {
    expect(desk.some(({ body }) => seen(body))).toBe(true);
  });

  it('sends campaigns that are known by their receipts, with prices, failures and the odd receipt out of order', () => {
    const marketing = statuses.filter((status) => status.pricing?.category === 'marketing' && status.status === 'sent');
    expect(new Set(marketing.map((status) => status.biz_opaque_callback_data)).size).toBe(8);
    expect(new Set(statuses.flatMap((status) => status.errors ?? []).map((error) => error.code)).size).toBeGreaterThanOrEqual(3);
    const read = new Set<string>();
    const overtaken = statuses.filter((status) => {
      if (status.status === 'read') read.add(status.id);
      return status.status === 'delivered' && read.has(status.id);
    });
    expect(overtaken.length).toBeGreaterThan(0);
  });

  it('answers on one number through the phone app and on the other by receipts only', () => {
    const echoes = line.filter(({ field }) => field === 'smb_message_echoes').map(({ value }) => value.metadata.phone_number_id);
    const served = statuses.filter((status) => status.pricing?.category === 'service');
    expect(new Set(echoes)).toEqual(new Set(LUMEN_HOME.inboxes.flatMap((inbox) => (inbox.kind === 'line' && inbox.replies === 'echoes' ? [inbox.phoneNumberId] : []))));
    expect(served.length).toBeGreaterThan(echoes.length);
  });

  it('leaves nobody without an answer on a number where cases are never closed', () => {
    const numbers = LUMEN_HOME.inboxes.flatMap((inbox) => (inbox.kind === 'line' && inbox.replies === 'echoes' ? [inbox.phoneNumberId] : []));
    const lastWord = new Map<string, 'customer' | 'business'>();
    for (const { value } of line) {
      if (!numbers.includes(value.metadata.phone_number_id)) continue;
      for (const message of value.messages ?? []) if (message.type !== 'reaction') lastWord.set(message.from_user_id, 'customer');
      for (const echo of value.message_echoes ?? []) lastWord.set(echo.to_user_id, 'business');
    }
    const silent = [...lastWord.values()].filter((by) => by === 'customer').length;
    expect(lastWord.size).toBeGreaterThan(500);
    // Those who are in the line when the month ends, and a repeat of a message that was delivered late.
    expect(silent).toBeLessThan(12);
  });

  it('writes bodies as Meta encodes them', () => {
    const bodies = month.filter(({ source }) => source === 'whatsapp').map(({ body }) => body);
    expect(bodies.every((body) => /^[\x20-\x7e]*$/.test(body))).toBe(true);
    expect(bodies.some((body) => /\\u00e9/.test(body))).toBe(true);
    expect(bodies.some((body) => body.includes('\\/'))).toBe(true);
  });
});

describe('the script part', () => {
  it('has no clock and no chance of its own', async () => {
    const room = new URL('../../exporter/simulator/', import.meta.url);
    const files = (await readdir(room)).filter((file) => file.endsWith('.ts') && file !== 'poster.ts');
    const impure = await Promise.all(files.map(async (file) => [file, /Math\.random|Date\.now|new Date\(\)|randomUUID|performance\./.test(await readFile(new URL(file, room), 'utf8'))] as const));
    expect(files.length).toBeGreaterThan(10);
    expect(impure.filter(([, is]) => is)).toEqual([]);
  });
});

describe('a forced incident', () => {
  const from = FRIDAY + DAY + 4 * HOUR;
  const forced = play({ to: from + 2 * HOUR, incident: { from, to: from + HOUR } });

  it('changes nothing before it begins', () => {
    const before = forced.filter(({ at }) => at < from);
    expect(digest(before)).toBe(digest(play({ to: from })));
  });

  it('leaves customers waiting beyond four minutes and the promise broken twenty times within ten minutes, at night too', () => {
    const waits = deskWaits(forced);
    const during = waits.filter(({ since }) => since >= from && since < from + 10 * 60_000);
    expect(during.filter(({ seconds }) => seconds > 60).length + unanswered(forced, from)).toBeGreaterThan(20);
    expect(Math.max(...during.map(({ seconds }) => seconds))).toBeGreaterThan(240);
  });

  it('ends when told to: the crowd stops coming', () => {
    const perHour = (begin: number): number => forced.filter(({ at, body }) => at >= begin && at < begin + HOUR && body.includes('"conversation_created"')).length;
    expect(perHour(from)).toBeGreaterThan(80);
    expect(perHour(from + HOUR)).toBeLessThan(30);
  });
});

/** Help-desk conversations that began in the first ten minutes from `from` and had no reply by the end of them. */
function unanswered(deliveries: readonly Delivery[], from: number): number {
  const until = from + 10 * 60_000;
  const open = new Set<number>();
  for (const delivery of deliveries) {
    if (delivery.at < from || delivery.at >= until || delivery.source !== 'chatwoot') continue;
    const body = deskBody(delivery);
    if (body.event === 'conversation_created' && body.status === 'open') open.add(body.id);
    open.delete(repliedTo(body) ?? 0);
  }
  return open.size;
}
