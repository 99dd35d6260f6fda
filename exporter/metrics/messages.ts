import { AUTHORS, RECEIPTS } from '../core/event.ts';
import { PLACE, SENDERS } from './labels.ts';
import { one, projected } from './metric.ts';

/** Messages, and what became of those we sent. */
export const MESSAGES = [
  projected({
    type: 'counter', name: 'chat_messages_total', on: 'message',
    help: 'Messages written by contacts and to them, counted when stored.',
    labels: { ...PLACE, direction: ['inbound', 'outbound'], author: [...AUTHORS, 'contact'] },
    reachable: ({ direction, author }) => (direction === 'inbound') === (author === 'contact'),
    from: ({ channel, inbox, direction, author }) => one({ channel, inbox, direction, author }),
  }),
  projected({
    type: 'counter', name: 'chat_message_status_total', on: 'receipt',
    help: 'Outbound messages that reached a delivery status for the first time; read implies delivered.',
    labels: { ...PLACE, author: SENDERS, status: RECEIPTS },
    from: ({ channel, inbox, author, status }) => one({ channel, inbox, author, status }),
  }),
  projected({
    type: 'counter', name: 'chat_message_attempts_total', on: 'attempt',
    help: 'Outbound messages with at least one receipt of any kind: the denominator of failure rates.',
    labels: { ...PLACE, author: SENDERS },
    from: ({ channel, inbox, author }) => one({ channel, inbox, author }),
  }),
  projected({
    type: 'counter', name: 'chat_message_failures_total', on: 'failure',
    help: 'Outbound messages the provider reported as failed, by its error code.',
    labels: { ...PLACE, code: { max: 30 } },
    from: ({ channel, inbox, code }) => one({ channel, inbox, code }),
  }),
];
