import { ACTIVITY } from './activity.ts';
import type { Deriver } from './deriver.ts';
import { MESSAGES } from './messages.ts';

/** Every deriver. Each sees the whole customer; none reads what another one wrote. */
export const DERIVERS: readonly Deriver[] = [MESSAGES, ACTIVITY];
