/** The local days on which a customer wrote, whatever the message was. */
import { dayText, localDay } from './calendar.ts';
import type { Message } from './messages.ts';

/** A local day (`YYYY-MM-DD`) and how many messages the customer wrote on it. */
export interface ActivityDay { readonly day: string; readonly messages: number }

/** The days of one customer, in no order. @param tz of the workspace: all of them count in one zone */
export function activityOf(messages: readonly Message[], tz: string): readonly ActivityDay[] {
  const days = new Map<string, number>();
  for (const { author, at } of messages) {
    if (author !== 'contact') continue;
    const day = dayText(localDay(tz, at));
    days.set(day, (days.get(day) ?? 0) + 1);
  }
  return [...days].map(([day, written]) => ({ day, messages: written }));
}
