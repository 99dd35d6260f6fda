import { contactFactOf } from '../../core/contact-facts.ts';
import { iso, type Deriver } from './deriver.ts';

/** One row per customer. */
export const CONTACTS: Deriver = {
  tables: [{ name: 'contact_facts', key: ['contact'] }],
  derive({ contact, events, messages }) {
    const fact = contactFactOf(events, messages);
    if (!fact) return {};
    return {
      contact_facts: [{
        row: {
          contact, source: fact.source, first_event_at: iso(fact.firstEventAt), created_at: iso(fact.createdAt), origin: fact.origin, deleted_at: iso(fact.deletedAt),
          erasure_requested_at: iso(fact.erasedAt), first_message_at: iso(fact.firstMessageAt), last_message_at: iso(fact.lastMessageAt), country: fact.country,
          language: fact.language, consent: fact.consent, consent_at: iso(fact.consentAt),
        },
      }],
    };
  },
};
