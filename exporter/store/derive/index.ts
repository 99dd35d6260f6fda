import { ACTIVITY } from './activity.ts';
import { CAMPAIGNS } from './campaigns.ts';
import { CONTACTS } from './contacts.ts';
import type { Deriver } from './deriver.ts';
import { FLOWS } from './flows.ts';
import { HANDLING } from './handling.ts';
import { ISSUES } from './issues.ts';
import { MESSAGES } from './messages.ts';
import { NEGATIVE } from './negative.ts';
import { SURVEYS } from './surveys.ts';
import { TURNS } from './turns.ts';

/** Every deriver. Each sees the whole customer; none reads what another one wrote. */
export const DERIVERS: readonly Deriver[] = [
  MESSAGES, TURNS, CAMPAIGNS, FLOWS, SURVEYS, ACTIVITY, CONTACTS, ISSUES, NEGATIVE, HANDLING,
];
