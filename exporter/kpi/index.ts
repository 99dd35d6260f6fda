import { AGENTS } from './agents.ts';
import { CONVERSATIONS } from './conversations.ts';
import type { Key } from './key.ts';
import { MESSAGES } from './messages.ts';
import { RESOLUTION } from './resolution.ts';
import { SPEED } from './speed.ts';

/** Every figure that `replywatch kpi` knows. */
export const KEYS: readonly Key[] = [...MESSAGES, ...SPEED, ...RESOLUTION, ...CONVERSATIONS, ...AGENTS];
