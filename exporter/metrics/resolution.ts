import { DURATION_BUCKETS, PLACE } from './labels.ts';
import { projected } from './metric.ts';

const HISTOGRAM = { type: 'histogram', labels: { ...PLACE, by: ['agent', 'bot'] }, buckets: DURATION_BUCKETS, exemplars: true } as const;

/** How long resolved episodes took, in seconds. */
export const RESOLUTION = [
  projected({
    ...HISTOGRAM, name: 'chat_resolution_seconds', on: 'resolution',
    help: 'Time from a contact\'s first message to the end of a resolved episode.',
    from: ({ channel, inbox, by, seconds }) => ({ value: seconds, labels: { channel, inbox, by } }),
  }),
  projected({
    ...HISTOGRAM, name: 'chat_resolution_business_seconds', on: 'resolution',
    help: 'Time to the end of a resolved episode, within the opening hours of its inbox.',
    from: ({ channel, inbox, by, businessSeconds }) => ({ value: businessSeconds, labels: { channel, inbox, by } }),
  }),
];
