import { activityOf } from '../../core/activity.ts';
import type { Deriver } from './deriver.ts';

/** The days on which customers wrote, in the workspace's zone. */
export const ACTIVITY: Deriver = {
  tables: [{ name: 'activity_days', key: ['contact', 'day'], dated: true }],
  derive: ({ contact, messages }, { settingsFor }) =>
    ({ activity_days: activityOf(messages, settingsFor('', '').tz).map((day) => ({ row: { contact, ...day } })) }),
};
