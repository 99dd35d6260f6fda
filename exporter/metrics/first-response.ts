import { DURATION_BUCKETS, PLACE_EPISODE } from './labels.ts';
import { projected } from './metric.ts';

const HISTOGRAM = { type: 'histogram', labels: PLACE_EPISODE, buckets: DURATION_BUCKETS, exemplars: true } as const;

/** How long contacts wait for the first answer, in seconds. */
export const FIRST_RESPONSE = [
  projected({
    ...HISTOGRAM, name: 'chat_first_response_seconds', on: 'response',
    help: 'Time a contact waited for the first agent message of an episode, from the hand-off if there was one.',
    from: ({ channel, inbox, episode, first, seconds }) => (first ? { value: seconds, labels: { channel, inbox, episode } } : undefined),
  }),
  projected({
    ...HISTOGRAM, name: 'chat_first_response_business_seconds', on: 'response',
    help: 'Time to the first agent message of an episode, within the opening hours of its inbox.',
    from: ({ channel, inbox, episode, first, businessSeconds }) =>
      (first ? { value: businessSeconds, labels: { channel, inbox, episode } } : undefined),
  }),
  projected({
    ...HISTOGRAM, name: 'chat_first_response_total_seconds', on: 'first_human',
    help: 'Time from a contact\'s first message to the first agent message of an episode, bot phase included.',
    from: ({ channel, inbox, episode, seconds }) => ({ value: seconds, labels: { channel, inbox, episode } }),
  }),
  projected({
    ...HISTOGRAM, name: 'chat_bot_first_response_seconds', on: 'first_bot',
    help: 'Time from a contact\'s first message to the first bot message of an episode.',
    from: ({ channel, inbox, episode, seconds }) => ({ value: seconds, labels: { channel, inbox, episode } }),
  }),
];
