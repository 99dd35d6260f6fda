import { CHANNELS } from '../core/event.ts';
import { DURATION_BUCKETS } from './labels.ts';
import { projected } from './metric.ts';

/** How long it takes to solve what a contact was unhappy about. */
export const NEGATIVE = [
  projected({
    type: 'histogram', name: 'chat_negative_resolution_seconds', on: 'negative_resolution',
    help: 'Time from a contact\'s first negative message to the end of a resolved episode.',
    labels: { channel: CHANNELS }, buckets: DURATION_BUCKETS,
    from: ({ channel, seconds }) => ({ value: seconds, labels: { channel } }),
  }),
];
