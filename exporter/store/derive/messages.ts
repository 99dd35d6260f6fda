import type { ContactHistory } from '../../core/contact-history.ts';
import type { CommitFact } from '../../core/fact.ts';
import { chargesOf, consentsOf, formOf, isOutbound, windowsOf, type Charge } from '../../core/message-rules.ts';
import type { Message } from '../../core/messages.ts';
import { listAt, priceOf, type Price } from '../../core/prices.ts';
import { countableAt, iso, type Count, type DerivedRow, type Deriver, type Rules } from './deriver.ts';

/** One row per message, ours or the customer's, with what became of it, what it cost and whether it was allowed. */
export const MESSAGES: Deriver = {
  tables: [{ name: 'message_facts', key: ['message'], counted: true, dated: true }],
  derive: (history, rules) => ({ message_facts: rowsOf(history, rules) }),
};

/** What is concluded of one message. */
interface Verdict {
  readonly window: 'inside' | 'outside' | undefined;
  readonly form: 'template' | 'freeform' | undefined;
  readonly consented: boolean | undefined;
  readonly charge: Charge | undefined;
  readonly market: string | undefined;
  readonly price: Price | undefined;
  readonly allowance: number | undefined;
}

function rowsOf({ contact, events, messages }: ContactHistory, rules: Rules): readonly DerivedRow[] {
  const windows = windowsOf(messages);
  const consents = consentsOf(events, messages);
  const charges = chargesOf(messages);
  const country = messages.findLast(({ inbound }) => inbound?.country !== undefined)?.inbound?.country;
  return messages.map((message) => {
    const charge = charges.get(message);
    const market = isOutbound(message) ? message.outbound?.market ?? country : undefined;
    const price = charge && message.price ? priceOf(rules.prices, message.inbox, message.price.pricing.category, market, message.price.at) : undefined;
    const allowance = charge === 'conversation' && message.price ? listAt(rules.prices, message.inbox, message.price.at)?.freePerMonth?.[message.price.pricing.category] : undefined;
    const form = isOutbound(message) ? formOf(message) : undefined;
    const verdict: Verdict = { window: windows.get(message), consented: consents.get(message), charge, market, price, allowance, form };
    return { row: rowOf(contact, message, verdict), counts: countsOf(message, verdict, rules) };
  });
}

function rowOf(contact: string, message: Message, verdict: Verdict): Readonly<Record<string, unknown>> {
  const { inbound, outbound, price } = message;
  return {
    message: message.message, conversation: message.conversation ?? null, contact, source: message.source, channel: message.channel, inbox: message.inbox,
    direction: message.author === 'contact' ? 'inbound' : 'outbound', author: message.author, author_id: outbound?.authorId ?? null, content: message.content,
    template: outbound?.template?.name ?? null, template_category: outbound?.template?.category ?? null, campaign: message.campaign ?? null,
    market: verdict.market ?? null, language: inbound?.language ?? null, country: inbound?.country ?? null,
    needs_reply: inbound ? inbound.needsReply ?? true : null, survey_answer: message.surveyAnswer, opt_out: inbound?.optOut ?? false,
    fallback: outbound?.fallback ?? false, by_receipt: message.byReceipt, at: iso(message.at), status: message.status ?? null, sent_at: iso(message.sentAt),
    delivered_at: iso(message.deliveredAt), read_at: iso(message.readAt), failed_at: iso(message.failedAt), error_code: message.errorCode ?? null,
    price_category: price?.pricing.category ?? null, price_type: price?.pricing.type ?? null, price_model: price?.pricing.model ?? null, priced_at: iso(price?.at),
    charge: verdict.charge ?? null, cost: verdict.price?.amount ?? null, allowance: verdict.allowance ?? null, currency: verdict.price?.currency ?? null, window: verdict.window ?? null,
    form: verdict.form ?? null, consented: verdict.consented ?? null, sentiment: message.sentiment ?? null,
  };
}

function countsOf(message: Message, { window, form, consented, charge, price }: Verdict, { settingsFor }: Rules): Readonly<Record<string, Count>> {
  const { inbox, channel } = message;
  const at = countableAt(message.at, message.receivedAt, settingsFor(message.source, inbox));
  const counts: Record<string, Count> = {};
  const count = (kpi: string, as: string, fact: CommitFact): void => { counts[kpi] = { as, facts: [fact], at }; };
  if (window && form) count('window_send', `${window} ${form}`, { type: 'window_send', channel, inbox, window, form });
  if (consented === false) count('unconsented_send', 'unconsented', { type: 'unconsented_send', channel, inbox });
  if (message.sentiment) count('sentiment', message.sentiment, { type: 'sentiment', channel, inbox, sentiment: message.sentiment });
  // Allowances are per month and known for all customers together only: rollups subtract them, the counter is before them.
  if (charge && price) {
    const { category } = message.price!.pricing; // charged, so it has a price
    count('message_cost', `${price.amount} ${price.currency} ${category}`, { type: 'message_cost', channel, inbox, currency: price.currency, category, amount: price.amount });
  }
  return counts;
}
