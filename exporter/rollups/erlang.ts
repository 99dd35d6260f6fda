/** How many agents an hour asks for: Erlang C, with agents who write in several conversations at once. The model and its limits: docs/staffing.md. Pure. */

/**
 * Probability that an arrival finds all servers taken, in an M/M/c queue: Erlang's delay formula (1917), from his loss formula by recurrence, so
 * that no factorial overflows. 1 when the load cannot be served at all.
 * @param load offered work in Erlangs: arrivals per second × seconds each
 */
export function waitProbability(load: number, servers: number): number {
  if (load <= 0) return 0;
  if (servers <= load) return 1;
  let blocked = 1;
  for (let n = 1; n <= servers; n++) blocked = (load * blocked) / (n + load * blocked);
  return (servers * blocked) / (servers - load * (1 - blocked));
}

/** Share of arrivals that wait at most `withinSeconds`. */
export function serviceLevel(load: number, servers: number, serviceSeconds: number, withinSeconds: number): number {
  if (load <= 0) return 1;
  if (servers <= load) return 0;
  return 1 - waitProbability(load, servers) * Math.exp((-(servers - load) * withinSeconds) / serviceSeconds);
}

/** One hour, and what is expected of those who work in it. */
export interface Staffing {
  /** Episodes that ask for people in one hour. */
  readonly arrivalsPerHour: number;
  /** Time one takes an agent: the sum of the waits on the agent. */
  readonly handlingSeconds: number;
  /** Conversations that one agent answers at the same time. */
  readonly parallelChats: number;
  /** First-response target, and the share of arrivals that is to meet it, below 1. */
  readonly targetSeconds: number;
  readonly objectiveRatio: number;
  /** Highest share of time in which agents may be taken, 0 to 1. */
  readonly maxOccupancyRatio: number;
}

/** The fewest agents that keep the objective within the occupancy; 0 when nothing comes. */
export function agentsNeeded({ arrivalsPerHour, handlingSeconds, parallelChats, targetSeconds, objectiveRatio, maxOccupancyRatio }: Staffing): number {
  const load = (arrivalsPerHour * handlingSeconds) / 3_600;
  if (!(load > 0)) return 0;
  const enough = (agents: number): boolean => {
    const servers = agents * parallelChats;
    return load / servers <= maxOccupancyRatio && serviceLevel(load, servers, handlingSeconds, targetSeconds) >= objectiveRatio;
  };
  let agents = Math.max(1, Math.ceil(load / (maxOccupancyRatio * parallelChats)));
  while (!enough(agents)) agents += 1;
  return agents;
}
