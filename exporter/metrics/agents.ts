import { AGENT } from './labels.ts';
import { projected } from './metric.ts';

/** Time of agents. It is counted once nothing can change it any more, up to `max_handling` after it passed. */
export const AGENTS = [
  projected({
    type: 'counter', name: 'chat_agent_online_seconds_total', on: 'agent_seconds',
    help: 'Time an agent was online or busy.',
    labels: { agent: AGENT },
    from: ({ agent, online }) => ({ value: online, labels: { agent } }),
  }),
  projected({
    type: 'counter', name: 'chat_agent_busy_seconds_total', on: 'agent_seconds',
    help: 'Online time in which at least one contact waited for this agent, or the agent finished a message; over online time it is the utilisation.',
    labels: { agent: AGENT },
    from: ({ agent, busy }) => ({ value: busy, labels: { agent } }),
  }),
  projected({
    type: 'counter', name: 'chat_agent_handling_seconds_total', on: 'agent_seconds',
    help: 'Online time contacts waited for this agent, added up over conversations.',
    labels: { agent: AGENT },
    from: ({ agent, handling }) => ({ value: handling, labels: { agent } }),
  }),
];
