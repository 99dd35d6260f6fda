/** Request types; they become Chatwoot labels. */
export const TOPICS = ['delivery', 'returns', 'product', 'payment'] as const;
export type Topic = (typeof TOPICS)[number];

/** Languages customers write in. */
export type Language = 'en' | 'es' | 'pt' | 'fr' | 'de' | 'it' | 'ar' | 'hi';

/** A WhatsApp number. `replies` says how our own messages become visible: as echoes of the phone app, or by their receipts only. */
export interface Line {
  readonly kind: 'line';
  readonly share: number;
  readonly phoneNumberId: string;
  readonly displayNumber: string;
  readonly replies: 'echoes' | 'receipts';
}

/** A Chatwoot inbox. `botShare` is the share of conversations that start with the bot. */
export interface Desk {
  readonly kind: 'desk';
  readonly share: number;
  readonly id: number;
  readonly name: string;
  readonly channel: 'Channel::WebWidget' | 'Channel::Instagram';
  readonly botShare: number;
}

/** Somebody who answers; invented, like everybody here. */
export interface Agent {
  readonly id: number;
  readonly name: string;
  /** Local hours; a shift may cross midnight. */
  readonly from: number;
  readonly to: number;
  /** Local hour at which half an hour of break starts; null for who works alone. */
  readonly pause: number | null;
  /** Chats at once. */
  readonly chats: number;
  /** Weekdays off, 0 is Sunday. */
  readonly off: readonly number[];
}

/** A marketing send: weekday and local hour at which it starts, and how many people get it. */
export interface Campaign { readonly name: string; readonly weekday: number; readonly hour: number; readonly size: number }

/** Where customers come from, and how they write. */
export interface Country {
  readonly code: string;
  readonly share: number;
  readonly language: Language;
  /** International form without `+`, up to the `digits` that number the people; `size` people share the prefixes evenly. */
  readonly prefixes: readonly string[];
  readonly digits: number;
  readonly size: number;
}

/** The whole simulated company, as data. */
export interface Business {
  readonly name: string;
  readonly tz: string;
  readonly wabaId: string;
  readonly account: { readonly id: number; readonly name: string };
  /** New requests on an average day, all inboxes. */
  readonly requestsPerDay: number;
  /** Relative demand per weekday (0 is Sunday) and per local hour. */
  readonly weekdays: readonly number[];
  readonly hours: readonly number[];
  readonly inboxes: readonly (Line | Desk)[];
  readonly agents: readonly Agent[];
  readonly bot: { readonly id: number; readonly name: string };
  readonly teams: readonly { readonly id: number; readonly name: string; readonly topics: readonly Topic[] }[];
  readonly campaigns: readonly Campaign[];
  /** Order notices (utility templates) on an average day. */
  readonly noticesPerDay: number;
  readonly countries: readonly Country[];
}

/**
 * Lumen Home, an invented retailer of lamps in Spain. A partner desk answers at night, so all inboxes are always open.
 * Numbers: ranges set aside for fiction where a regulator has them (GB 07700 900, US 555-01, FR 06 39 98, DE 0171 39200 and 0176 040690),
 * otherwise invented ones.
 */
export const LUMEN_HOME: Business = {
  name: 'Lumen Home',
  tz: 'Europe/Madrid',
  wabaId: '402118730055021',
  account: { id: 1, name: 'Lumen Home' },
  requestsPerDay: 235,
  weekdays: [0.55, 1.2, 1.1, 1.05, 1.05, 1.1, 0.85],
  hours: [
    0.5, 0.35, 0.3, 0.3, 0.3, 0.3, 0.35, 0.5, 0.75, 1, 1.2, 1.3,
    1.3, 1.1, 0.95, 1, 1.1, 1.5, 2.4, 2.9, 2.5, 1.4, 0.95, 0.7,
  ],
  inboxes: [
    { kind: 'line', share: 0.32, phoneNumberId: '402118730055101', displayNumber: '34600009101', replies: 'echoes' },
    { kind: 'line', share: 0.16, phoneNumberId: '402118730055102', displayNumber: '34600009102', replies: 'receipts' },
    { kind: 'desk', share: 0.38, id: 3, name: 'Lumen Home web chat', channel: 'Channel::WebWidget', botShare: 0.7 },
    { kind: 'desk', share: 0.14, id: 5, name: 'Lumen Home on Instagram', channel: 'Channel::Instagram', botShare: 0.35 },
  ],
  agents: [
    { id: 11, name: 'Ana Beltrán', from: 9, to: 17, pause: 13, chats: 2, off: [0, 6] },
    { id: 12, name: 'Marc Oriol', from: 9, to: 17, pause: 13.5, chats: 2, off: [1] },
    { id: 13, name: 'Inês Duarte', from: 9, to: 17, pause: 12.5, chats: 2, off: [3, 5] },
    { id: 21, name: 'Tiago Nunes', from: 14, to: 22, pause: 16.5, chats: 2, off: [0] },
    { id: 22, name: 'Lucía Ferrer', from: 14, to: 22, pause: 16, chats: 2, off: [3] },
    { id: 23, name: 'Nora El Amrani', from: 14, to: 22, pause: 17, chats: 2, off: [5] },
    { id: 31, name: 'Priya Nair', from: 21.5, to: 9.5, pause: null, chats: 3, off: [] },
  ],
  bot: { id: 2, name: 'Lumi' },
  teams: [
    { id: 1, name: 'orders', topics: ['delivery', 'payment'] },
    { id: 2, name: 'products', topics: ['returns', 'product'] },
  ],
  campaigns: [
    { name: 'weekly-lights', weekday: 2, hour: 10.5, size: 180 },
    { name: 'weekend-sale', weekday: 5, hour: 17, size: 220 },
  ],
  noticesPerDay: 60,
  countries: [
    { code: 'ES', share: 44, language: 'es', prefixes: ['3460000'], digits: 4, size: 1500 },
    { code: 'PT', share: 11, language: 'pt', prefixes: ['35190000'], digits: 4, size: 400 },
    { code: 'FR', share: 12, language: 'fr', prefixes: ['3363998'], digits: 4, size: 400 },
    { code: 'DE', share: 9, language: 'de', prefixes: ['4917139200', '49176040690'], digits: 2, size: 200 },
    { code: 'GB', share: 9, language: 'en', prefixes: ['447700900'], digits: 3, size: 300 },
    { code: 'US', share: 4, language: 'en', prefixes: ['121255501', '130555501', '141555501', '131255501'], digits: 2, size: 200 },
    { code: 'IT', share: 4, language: 'it', prefixes: ['39320000'], digits: 4, size: 150 },
    { code: 'MA', share: 4, language: 'ar', prefixes: ['21250000'], digits: 4, size: 150 },
    { code: 'IN', share: 3, language: 'hi', prefixes: ['91500000'], digits: 4, size: 100 },
  ],
};
