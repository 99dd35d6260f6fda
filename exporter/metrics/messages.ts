import { AUTHORS, CHANNELS, RECEIPTS, SENTIMENTS } from '../core/event.ts';
import { INBOX, PLACE, SENDERS } from './labels.ts';
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
  projected({
    type: 'counter', name: 'chat_window_sends_total', on: 'window_send',
    help: 'Outbound messages on channels with a service window, by whether it was open; counted seconds after they were stored.',
    labels: { inbox: INBOX, window: ['inside', 'outside'], form: ['template', 'freeform'] },
    from: ({ inbox, window, form }) => one({ inbox, window, form }),
  }),
  projected({
    type: 'counter', name: 'chat_sends_without_consent_total', on: 'unconsented_send',
    help: 'Marketing templates sent to contacts whose latest word on marketing was no yes; should stay 0.',
    labels: { inbox: INBOX },
    from: ({ inbox }) => one({ inbox }),
  }),
  projected({
    type: 'counter', name: 'chat_sentiment_messages_total', on: 'sentiment',
    help: 'Messages of contacts whose sentiment is known.',
    labels: { channel: CHANNELS, sentiment: SENTIMENTS },
    from: ({ channel, sentiment }) => one({ channel, sentiment }),
  }),
  projected({
    type: 'counter', name: 'chat_message_cost_total', on: 'message_cost',
    help: 'What delivered messages cost by the configured price lists, before monthly allowances, in units of the currency.',
    labels: { currency: { max: 10 }, category: { max: 20 } },
    from: ({ currency, category, amount }) => ({ value: amount, labels: { currency, category } }),
  }),
];
