import { CHATWOOT_PULLS } from './chatwoot.ts';
import { HUBSPOT_PULLS } from './hubspot.ts';
import type { Pull } from './pull.ts';
import { WHATSAPP_PULLS } from './whatsapp.ts';
import { ZENDESK_PULLS } from './zendesk.ts';

/** Everything that can be pulled; what is configured is. */
export const PULLS: readonly Pull[] = [...CHATWOOT_PULLS, ...ZENDESK_PULLS, ...WHATSAPP_PULLS, ...HUBSPOT_PULLS];
