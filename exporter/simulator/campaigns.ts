import type { Campaign, Line } from './business.ts';
import { DAY, HOUR, MINUTE, SECOND } from './dialogue.ts';
import { drawPerson } from './people.ts';
import { random, type Random } from './random.ts';
import { listed, sentTemplate, tempted } from './shop.ts';
import { marketingStopBody } from './whatsapp-bodies.ts';
import { sendFrom, whatsappTalk } from './whatsapp-story.ts';
import type { Story, World } from './world.ts';

/** Template sends of the year round: campaigns on their weekdays, order notices spread over the day. Known by their receipts only. */
export function* templateSends(world: World): Story {
  const lines = world.business.inboxes.filter((inbox) => inbox.kind === 'line');
  const line = lines.at(-1);
  if (line === undefined) return;
  for (;;) {
    const { day, weekday, hour } = world.clock(world.now);
    const midnight = world.now - hour * HOUR;
    for (const campaign of world.business.campaigns.filter((each) => each.weekday === weekday)) {
      startIfAhead(world, campaignRun(world, line, campaign, random(world.seed, 'campaign', campaign.name, day)), midnight + campaign.hour * HOUR);
    }
    const r = random(world.seed, 'notices', day);
    for (let left = Math.round(world.business.noticesPerDay * r.between(0.8, 1.2)); left > 0; left -= 1) {
      startIfAhead(world, notice(world, line, random(world.seed, 'notice', day, left)), midnight + r.between(8, 20.5) * HOUR);
    }
    yield nextMidnight(world, midnight);
  }
}

/** What lay before the start of the time range has been and gone. */
function startIfAhead(world: World, story: Story, at: number): void {
  if (at >= world.now) world.start(story, Math.round(at));
}

/** Local midnight after `midnight`, on days of 23 and 25 hours too. */
function nextMidnight(world: World, midnight: number): number {
  const noon = midnight + DAY + 12 * HOUR;
  return Math.round(noon - world.clock(noon).hour * HOUR);
}

/** About two sends a second; some fail, some are answered, a few people want no more of it. */
function* campaignRun(world: World, line: Line, campaign: Campaign, r: Random): Story {
  const { day } = world.clock(world.now);
  const name = `${campaign.name}-${String(day)}`;
  for (let sent = 0; sent < campaign.size; sent += 1) {
    const own = random(world.seed, 'send', name, sent);
    const person = drawPerson(world.seed, world.business, own);
    const fails = own.chance(0.06) ? own.weighted([[131049, 50], [131026, 30], [130472, 10], [131050, 10]]) : undefined;
    listed(world, person, name, `${name}-${sent}`);
    const id = sendFrom(world, line, person, own, { pricing: 'marketing', campaign: name }, fails);
    sentTemplate(world, line, person, id, name);
    if (fails === undefined) world.start(tempted(world, person, id, name, `${name}-${sent}`));
    const reaction = own.next();
    if (fails === undefined && reaction < 0.07) {
      const payload = own.pick(['Show me', 'Tell me more']);
      const button = { type: 'button', button: { payload, text: payload } };
      const story = whatsappTalk(world, line, person, own, button, { from: line.displayNumber, id });
      world.start(story, Math.round(world.now + own.around(40, 1) * MINUTE));
    } else if (fails === undefined && reaction < 0.08) {
      world.deliver('whatsapp', marketingStopBody(world.business, line, person, world.now + 5 * MINUTE), 5 * MINUTE + 500);
    }
    yield world.now + r.between(0.2, 0.8) * SECOND;
  }
}

/** "Your order is on its way"; now and then somebody answers. */
function* notice(world: World, line: Line, r: Random): Story {
  const person = drawPerson(world.seed, world.business, r);
  sendFrom(world, line, person, r, { pricing: 'utility' }, r.chance(0.02) ? 131026 : undefined);
  if (!r.chance(0.05)) return;
  yield world.now + r.around(30, 0.8) * MINUTE;
  yield* whatsappTalk(world, line, person, r);
}
