/** The section `budgets`: what messages may cost in a calendar month, by currency. */
import { z } from 'zod';

const currency = z.string().regex(/^[A-Z]{3}$/, 'must be a currency as EUR');
const amount = z.number('must be a number above 0').gt(0, 'must be a number above 0');

/** Amounts in units of their currency. Currencies are never added, so each has a budget of its own. */
export const budgetsSection = z.record(currency, amount);
