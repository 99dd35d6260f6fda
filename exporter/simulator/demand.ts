import type { Business } from './business.ts';
import { deskStory } from './desk-story.ts';
import { HOUR, MINUTE } from './dialogue.ts';
import type { LocalTime } from './local-time.ts';
import { random, type Random } from './random.ts';
import { whatsappStory } from './whatsapp-story.ts';
import type { Story, World } from './world.ts';

/** Requests are drawn per quarter of an hour, each quarter from its own chance: the same in every time range that holds it. */
const SLICE = 15 * MINUTE;
/** Ids of help-desk conversations: so many are left free per quarter of an hour. */
const IDS_PER_SLICE = 200;
/** Quarter hours are numbered from 2025-01-01 UTC, to keep ids short. */
const FIRST_SLICE = Date.UTC(2025, 0, 1) / SLICE;
/** Requests per hour during a forced incident, on top of the usual ones. */
const INCIDENT_RATE = 300;

/** Everybody who asks for something of their own accord: a Poisson process whose rate follows weekday and hour. */
export function* requests(world: World): Story {
  for (;;) {
    const slice = Math.floor(world.now / SLICE);
    const r = random(world.seed, 'requests', slice);
    const perHour = rateAt(world.business, world.clock(world.now)) * mood(world.seed, world.clock(world.now).day);
    const end = (slice + 1) * SLICE;
    let number = 0;
    for (let at = slice * SLICE + r.exp(HOUR / perHour); at < end; at += r.exp(HOUR / perHour), number += 1) {
      if (at >= world.now) begin(world, slice, number, Math.round(at));
    }
    yield end;
  }
}

/** Shifts begin and end between requests as well. */
export function* shifts(world: World): Story {
  for (;;) {
    world.staff.dispatch(world.now);
    // Nobody starts work on the stroke of a second.
    yield (Math.floor(world.now / MINUTE) + 1) * MINUTE + 4_137;
  }
}

/** The crowds of forced incidents. */
export function* crowd(world: World): Story {
  for (const { from, to = Infinity } of world.incidents.filter(({ kind = 'crowd' }) => kind === 'crowd')) {
    yield from;
    yield* crowdUntil(world, to);
  }
}

function* crowdUntil(world: World, to: number): Story {
  const r = random(world.seed, 'crowd');
  for (let number = IDS_PER_SLICE / 2; world.now < to; number = IDS_PER_SLICE / 2 + ((number + 1) % (IDS_PER_SLICE / 2))) {
    begin(world, Math.floor(world.now / SLICE), number, world.now);
    yield Math.ceil(world.now + r.exp(HOUR / INCIDENT_RATE));
  }
}

/** Requests per hour: average over the week is `requestsPerDay / 24`; between two half hours the rate is interpolated. */
function rateAt({ requestsPerDay, weekdays, hours }: Business, { weekday, hour }: LocalTime): number {
  const sum = (list: readonly number[]): number => list.reduce((total, each) => total + each, 0);
  const before = Math.floor(hour - 0.5);
  const share = hour - 0.5 - before;
  const at = (index: number): number => hours[(index + hours.length) % hours.length] ?? 0;
  const level = at(before) * (1 - share) + at(before + 1) * share;
  return requestsPerDay * (level / sum(hours)) * ((weekdays[weekday] ?? 1) * weekdays.length / sum(weekdays));
}

/** No two days are alike. */
const mood = (seed: string, day: number): number => random(seed, 'mood', day).around(1, 0.08);

function begin(world: World, slice: number, number: number, at: number): void {
  const r = random(world.seed, 'request', slice, number);
  world.start(requestStory(world, (slice - FIRST_SLICE) * IDS_PER_SLICE + number, r), at);
}

function* requestStory(world: World, id: number, r: Random): Story {
  const inbox = r.weighted(world.business.inboxes.map((each) => [each, each.share] as const));
  if (inbox.kind === 'line') yield* whatsappStory(world, inbox, r);
  else yield* deskStory(world, inbox, id, r);
}
