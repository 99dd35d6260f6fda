import { AGENTS } from './agents.ts';
import { CAMPAIGNS } from './campaigns.ts';
import { CONVERSATIONS } from './conversations.ts';
import { CUSTOMERS } from './customers.ts';
import { DEMAND } from './demand.ts';
import type { Key } from './key.ts';
import { MESSAGES } from './messages.ts';
import { RESOLUTION } from './resolution.ts';
import { SPEED } from './speed.ts';
import { SURVEYS } from './surveys.ts';

/** Every figure that `replywatch kpi` knows. */
export const KEYS: readonly Key[] = [
  ...CAMPAIGNS, ...MESSAGES, ...SPEED, ...RESOLUTION, ...CONVERSATIONS, ...DEMAND, ...AGENTS, ...SURVEYS, ...CUSTOMERS,
];
