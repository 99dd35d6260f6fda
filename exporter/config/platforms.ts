/** Platforms that are read from: their databases and APIs, apart from the webhooks they send. */
import type { Problem } from './problem.ts';
import type { Values } from './variables.ts';

/** What is configured; absent parts are not read. Addresses have no slash at their end. */
export interface Platforms {
  readonly chatwootDatabaseUrl?: string;
  /** Limits `import chatwoot` to one account. */
  readonly chatwootAccount?: number;
  readonly chatwoot?: { readonly url: string; readonly token: string; readonly account: string };
  readonly zendesk?: { readonly url: string; readonly user: string; readonly token: string };
  /** How far back the first reading of an API goes. */
  readonly pastDays: number;
  readonly whatsapp?: { readonly url: string; readonly token: string; readonly account: string };
  readonly hubspot?: { readonly url: string; readonly token: string };
}

/** Variables that go together. A database may name its account without an API. */
const SETS = [
  { title: 'Pulling from Chatwoot', names: ['CHATWOOT_API_URL', 'CHATWOOT_API_TOKEN', 'CHATWOOT_ACCOUNT_ID'] },
  { title: 'Pulling from Zendesk', names: ['ZENDESK_API_URL', 'ZENDESK_API_USER', 'ZENDESK_API_TOKEN'] },
  { title: 'Forwarding to Google Analytics', names: ['GA4_MEASUREMENT_ID', 'GA4_API_SECRET'] },
  { title: 'Pulling from WhatsApp', names: ['WHATSAPP_BUSINESS_ACCOUNT_ID', 'WHATSAPP_ACCESS_TOKEN'] },
] as const;

/** One problem for each set that is there in part. */
export function halfGiven(values: Values): readonly Problem[] {
  return SETS.flatMap(({ title, names }): readonly Problem[] => {
    const given = names.filter((name) => values[name] !== undefined);
    const missing = names.filter((name) => values[name] === undefined);
    const isForImport = given.length === 1 && given[0] === 'CHATWOOT_ACCOUNT_ID' && values.CHATWOOT_DATABASE_URL !== undefined;
    return given.length === 0 || missing.length === 0 || isForImport ? [] : [{ path: given.join(', '), message: `${title} is half set: it also needs ${missing.join(' and ')} (or set none of them)` }];
  });
}

/** The sets that are complete. */
export function platformsOf(values: Values): Platforms {
  const { CHATWOOT_API_URL, CHATWOOT_API_TOKEN, CHATWOOT_ACCOUNT_ID, ZENDESK_API_URL, ZENDESK_API_USER, ZENDESK_API_TOKEN, WHATSAPP_ACCESS_TOKEN, WHATSAPP_BUSINESS_ACCOUNT_ID } = values;
  return {
    pastDays: values.PULL_PAST_DAYS,
    ...(values.CHATWOOT_DATABASE_URL !== undefined && { chatwootDatabaseUrl: values.CHATWOOT_DATABASE_URL }),
    ...(CHATWOOT_ACCOUNT_ID !== undefined && { chatwootAccount: Number(CHATWOOT_ACCOUNT_ID) }),
    ...(CHATWOOT_API_URL !== undefined && CHATWOOT_API_TOKEN !== undefined && CHATWOOT_ACCOUNT_ID !== undefined && { chatwoot: { url: CHATWOOT_API_URL, token: CHATWOOT_API_TOKEN, account: CHATWOOT_ACCOUNT_ID } }),
    ...(ZENDESK_API_URL !== undefined && ZENDESK_API_USER !== undefined && ZENDESK_API_TOKEN !== undefined && { zendesk: { url: ZENDESK_API_URL, user: ZENDESK_API_USER, token: ZENDESK_API_TOKEN } }),
    ...(WHATSAPP_ACCESS_TOKEN !== undefined && WHATSAPP_BUSINESS_ACCOUNT_ID !== undefined && { whatsapp: { url: values.WHATSAPP_API_URL, token: WHATSAPP_ACCESS_TOKEN, account: WHATSAPP_BUSINESS_ACCOUNT_ID } }),
    ...(values.HUBSPOT_ACCESS_TOKEN !== undefined && { hubspot: { url: values.HUBSPOT_API_URL, token: values.HUBSPOT_ACCESS_TOKEN } }),
  };
}
