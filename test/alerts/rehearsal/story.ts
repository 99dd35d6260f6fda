/** A day and a half of the simulated business in which everything goes wrong once, one trouble after the other. */
import { LUMEN_HOME, type Business } from '../../../exporter/simulator/business.ts';
import { script, type Delivery } from '../../../exporter/simulator/script.ts';
import { scrapedHistory, type ScrapedHistory } from './history.ts';
import { exporterOnAClock } from './exporter.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Between two scrapes. Rates over five minutes need two of them. */
export const SCRAPE_MS = 2 * MINUTE;
/** Between two evaluations of the rules: less than the five minutes after which a recorded sample is gone. */
export const STEP_MS = 4 * MINUTE;
/** Tuesday, 16:00 in Madrid. */
const FROM = Date.UTC(2026, 2, 3, 15);
/** Local time of the first (0) or second (1) day, epoch ms. */
const at = (day: number, hour: number): number => FROM + (day * 24 + hour - 16) * HOUR;
const TO = at(1, 22.84);
/** When the rules were evaluated, epoch ms; steps count from 0. The first scrape is one interval after the beginning. */
export const timeOf = (step: number): number => FROM + SCRAPE_MS + step * STEP_MS;

/** What happens, and when. Until the first of them everything is well. */
export const TROUBLES = {
  badService: { from: at(1, 9), to: TO },
  brokenBot: { from: at(1, 10), to: at(1, 13) },
  providerOutage: { from: at(1, 14.5), to: at(1, 15.25) },
  halfStaff: { from: at(1, 18), to: at(1, 20.5) },
  exporterKilled: { from: at(1, 22.5), to: at(1, 22.75) },
} as const;

/** Four times the demo's customers, and agents who can cope with them, at night as well. */
const BUSINESS: Business = {
  ...LUMEN_HOME, requestsPerDay: 940,
  agents: LUMEN_HOME.agents.flatMap((agent) => [agent, ...(agent.from > agent.to ? [{ ...agent, id: agent.id + 1 }] : [])]).map((agent) => ({ ...agent, off: [], chats: 5 })),
};

/** Plays the story through the exporter, with the targets that apply where nothing is configured. */
export async function play(): Promise<{ readonly history: ScrapedHistory; readonly scrapes: number }> {
  const exporter = await exporterOnAClock(BUSINESS);
  const { badService, brokenBot, halfStaff, providerOutage, exporterKilled } = TROUBLES;
  const deliveries = script({
    seed: 'rehearsal', from: FROM, to: TO, business: BUSINESS,
    incident: [{ kind: 'service', ...badService }, { kind: 'bot', ...brokenBot }, { kind: 'half-staff', ...halfStaff }],
  });
  const history = scrapedHistory(FROM + SCRAPE_MS);
  const arrivals = arriving(deliveries, providerOutage, exporterKilled);
  let scrapes = 0;
  try {
    for (let now = FROM + SCRAPE_MS; now <= TO; now += SCRAPE_MS, scrapes += 1) {
      const isDown = now > exporterKilled.from && now <= exporterKilled.to;
      history.add(isDown ? undefined : await exporter.scrapeAt(now, arrivals(now)));
    }
  } finally {
    await exporter.stop();
  }
  return { history, scrapes };
}

interface Span { readonly from: number; readonly to: number }
const isIn = ({ from, to }: Span, t: number): boolean => t >= from && t < to;

/** What reaches the exporter by a given time: Meta keeps what it could not deliver and posts it later, Chatwoot does not. */
function arriving(deliveries: Iterator<Delivery>, outage: Span, killed: Span): (now: number) => readonly Delivery[] {
  let next = deliveries.next();
  let kept: Delivery[] = [];
  return (now) => {
    const arrived: Delivery[] = [];
    for (; next.done !== true && next.value.at < now; next = deliveries.next()) {
      const delivery = next.value;
      const isLost = isIn(killed, delivery.at);
      if (delivery.source === 'whatsapp' && (isLost || isIn(outage, delivery.at))) kept.push(delivery);
      else if (!isLost) arrived.push(delivery);
    }
    if (isIn(outage, now - 1) || isIn(killed, now - 1)) return arrived;
    const all = [...kept, ...arrived];
    kept = [];
    return all;
  };
}
