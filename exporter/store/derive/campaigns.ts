import { attribute, participations, type Order, type Participation, type Touch } from '../../core/touches.ts';
import { iso, type DerivedRow, type Deriver } from './deriver.ts';

/** Whom campaigns reached and what followed; orders, credited or not; what participants of experiments did. */
export const CAMPAIGNS: Deriver = {
  tables: [{ name: 'touch_facts', key: ['message'], dated: true }, { name: 'order_facts', key: ['contact', 'order_id'], dated: true }, { name: 'experiment_facts', key: ['contact', 'experiment'] }],
  derive({ contact, events, messages }, { settingsFor }) {
    const { touches, orders } = attribute(events, messages, settingsFor);
    return {
      touch_facts: touches.map((touch) => touchRow(contact, touch)), order_facts: orders.map((order) => orderRow(contact, order)),
      experiment_facts: participations(events, touches).map((each) => participationRow(contact, each)),
    };
  },
};

const touchRow = (contact: string, { message, respondedAt, clickedAt, convertedAt }: Touch): DerivedRow => ({
  row: {
    message: message.message, contact, source: message.source, channel: message.channel, inbox: message.inbox, campaign: message.campaign ?? null,
    template: message.outbound?.template?.name ?? null, at: iso(message.at), responded_at: iso(respondedAt), clicked_at: iso(clickedAt), converted_at: iso(convertedAt),
  },
});

const orderRow = (contact: string, { order, at, source, type, value, currency, touch }: Order): DerivedRow => ({
  row: { contact, order_id: order, source, at: iso(at), type: type ?? null, value, currency, touch: touch?.message.message ?? null, campaign: touch?.message.campaign ?? null },
});

const participationRow = (contact: string, { experiment, variant, assignedAt, reachedAt, responded, clicked, converted }: Participation): DerivedRow =>
  ({ row: { contact, experiment, variant, assigned_at: iso(assignedAt), reached_at: iso(reachedAt), responded, clicked, converted } });
