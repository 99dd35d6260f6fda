import type { Board } from './board.ts';
import { msgOverview } from './msg-overview.ts';

/** Every dashboard; add a line to add one. */
export const BOARDS: readonly Board[] = [msgOverview];
