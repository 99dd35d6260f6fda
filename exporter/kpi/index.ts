import type { Key } from './key.ts';
import { SPEED } from './speed.ts';

/** Every figure that `replywatch kpi` knows. */
export const KEYS: readonly Key[] = [...SPEED];
