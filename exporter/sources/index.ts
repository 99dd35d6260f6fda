import { botpress } from './botpress.ts';
import { chatfuel } from './chatfuel.ts';
import { chatwoot } from './chatwoot.ts';
import { crisp } from './crisp.ts';
import { dialog360 } from './dialog360.ts';
import { dialogflowCx } from './dialogflow-cx.ts';
import { dialogflowEs } from './dialogflow-es.ts';
import { freshchat } from './freshchat.ts';
import { freshdesk } from './freshdesk.ts';
import { front } from './front.ts';
import { haptik } from './haptik.ts';
import { hubspot } from './hubspot.ts';
import { instagram } from './instagram.ts';
import { intercom } from './intercom.ts';
import { line } from './line.ts';
import { manychat } from './manychat.ts';
import { messenger } from './messenger.ts';
import { meta } from './meta-all.ts';
import { rasa } from './rasa.ts';
import { respondio } from './respondio.ts';
import { salesforce } from './salesforce.ts';
import { sendpulse } from './sendpulse.ts';
import { shopify } from './shopify.ts';
import type { SourceAdapter } from './source.ts';
import { stripe } from './stripe.ts';
import { telegram } from './telegram.ts';
import { trengo } from './trengo.ts';
import { twilio } from './twilio.ts';
import { viber } from './viber.ts';
import { wati } from './wati.ts';
import { whatsapp } from './whatsapp.ts';
import { zendesk } from './zendesk.ts';
import { zendeskMessaging } from './zendesk-messaging.ts';
import { zohoCrm } from './zoho-crm.ts';

/** Every provider. A new one is one more line here. */
export const SOURCES: readonly SourceAdapter[] = [whatsapp, messenger, instagram, meta, twilio, dialog360, telegram, viber, line, chatwoot, zendesk, intercom, zendeskMessaging, front, freshchat, freshdesk, respondio, crisp, wati, trengo, hubspot, dialogflowEs, dialogflowCx, haptik, shopify, stripe, salesforce, zohoCrm, sendpulse, rasa, botpress, manychat, chatfuel];

const BY_ID: ReadonlyMap<string, SourceAdapter> = new Map(SOURCES.map((source) => [source.id, source]));

export const sourceById = (id: string): SourceAdapter | undefined => BY_ID.get(id);
