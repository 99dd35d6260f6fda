import { DURATION_BUCKETS, PLACE } from './labels.ts';
import { projected } from './metric.ts';

const HISTOGRAM = { type: 'histogram', labels: PLACE, buckets: DURATION_BUCKETS, exemplars: true } as const;

/** Every wait that an agent ended, and the wait for an agent to take over, in seconds. */
export const RESPONSE = [
  projected({
    ...HISTOGRAM, name: 'chat_response_seconds', on: 'response',
    help: 'Time a contact waited for an agent message, first and later ones alike.',
    from: ({ channel, inbox, seconds }) => ({ value: seconds, labels: { channel, inbox } }),
  }),
  projected({
    ...HISTOGRAM, name: 'chat_response_business_seconds', on: 'response',
    help: 'Time a contact waited for an agent message, within the opening hours of its inbox.',
    from: ({ channel, inbox, businessSeconds }) => ({ value: businessSeconds, labels: { channel, inbox } }),
  }),
  projected({
    ...HISTOGRAM, name: 'chat_queue_seconds', on: 'queue',
    help: 'Time from the hand-off or first message until an agent was assigned.',
    from: ({ channel, inbox, seconds }) => ({ value: seconds, labels: { channel, inbox } }),
  }),
];
