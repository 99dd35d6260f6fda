import { agenda } from './agenda.ts';
import type { Agent, Business } from './business.ts';
import { localClock, type LocalTime } from './local-time.ts';
import { roster, staff, type Incident, type Staff, type Ticket } from './staff.ts';

/** One webhook of the script. */
export interface Delivery {
  /** When the provider posts it: epoch ms. */
  readonly at: number;
  readonly source: 'whatsapp' | 'chatwoot' | 'events';
  /** JSON as the provider writes it: these characters are signed. Of `events`: a canonical event. */
  readonly body: string;
}

/** What a story waits for: a moment (epoch ms; one that has passed means at once) or a free agent. */
export type Pause = number | Ticket;

/** Something that goes on over time, written as a plain story that pauses. */
export type Story = Generator<Pause, void, void>;

/** The business at one moment. */
export interface World {
  readonly seed: string;
  readonly business: Business;
  /** Simulated time, epoch ms. */
  readonly now: number;
  readonly staff: Staff;
  /** What goes wrong on purpose, in the order of time. */
  readonly incidents: readonly Incident[];
  readonly clock: (t: number) => LocalTime;
  /** Phones that are in a chat; nobody holds two at once. */
  readonly busy: Set<string>;
  /** Whether somebody is at work now. */
  onDuty(agent: Agent): boolean;
  /** Starts a story, now or later. */
  start(story: Story, at?: number): void;
  /** Has a webhook posted `lag` ms from now. */
  deliver(source: Delivery['source'], body: string, lag: number): void;
}

/** What the world starts with. */
export interface WorldOptions {
  readonly seed: string;
  readonly business: Business;
  readonly from: number;
  readonly incidents?: readonly Incident[] | undefined;
}

/** A world and its timeline. The timeline never ends by itself; deliveries come ordered by `at`. */
export function world(options: WorldOptions): { readonly world: World; timeline(): Generator<Delivery, void, void> } {
  const plan = agenda<Story | Delivery>();
  const clock = localClock(options.business.tz);
  const { incidents = [] } = options;
  const onDuty = roster({ ...options, incidents }, clock);
  let now = options.from;

  const step = (story: Story): void => {
    const { done, value } = story.next();
    if (done) return;
    if (typeof value === 'number') plan.put(Math.max(value, now), story);
    else value.onTaken(() => plan.put(now, story));
  };

  const self: World = {
    seed: options.seed,
    business: options.business,
    incidents,
    clock,
    get now() { return now; },
    staff: staff(options.business.agents, onDuty),
    onDuty: (agent) => onDuty(agent, now),
    busy: new Set(),
    start: (story, at = now) => plan.put(Math.max(at, now), story),
    deliver: (source, body, lag) => {
      const at = Math.round(now + lag);
      plan.put(at, { at, source, body });
    },
  };

  return {
    world: self,
    *timeline() {
      for (let entry = plan.take(); entry !== undefined; entry = plan.take()) {
        now = entry.at;
        if ('body' in entry.what) yield entry.what;
        else step(entry.what);
      }
    },
  };
}
