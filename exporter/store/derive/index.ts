import { ACTIVITY } from './activity.ts';
import type { Deriver } from './deriver.ts';
import { HANDLING } from './handling.ts';
import { ISSUES } from './issues.ts';
import { MESSAGES } from './messages.ts';
import { NEGATIVE } from './negative.ts';

/** Every deriver. Each sees the whole customer; none reads what another one wrote. */
export const DERIVERS: readonly Deriver[] = [MESSAGES, ACTIVITY, ISSUES, NEGATIVE, HANDLING];
