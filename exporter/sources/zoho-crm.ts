/**
 * Zoho CRM: won deals, by notification (with the values of the fields that changed, where the channel asks for them) or by the webhook of
 * a workflow rule, whose body an administrator writes.
 * https://www.zoho.com/crm/developer/docs/api/v8/notifications/overview.html
 */
import { fieldsOf, readDeal, recordId } from './deal.ts';
import { nameOf, noFindings } from './findings.ts';
import { idOf, isRecord, list, parseExactObject, record, textOf, timeOf } from './json.ts';
import type { Json } from './json.ts';
import { queryOf } from './request.ts';
import { everyOne } from './secret-values.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, Secrets, SourceAdapter, SourceContext, Verdict, WebhookRequest } from './source.ts';

export const zohoCrm: SourceAdapter = {
  id: 'zoho-crm',
  title: 'Zoho CRM',
  secrets: [{
    name: 'token', required: true, help: 'Text of your choice, at most 50 characters: token of the notification channel, or ?key= at the end of the URL of a workflow webhook',
    form: everyOne(/^.{1,50}$/u, 'must have at most 50 characters: Zoho takes no longer token; several separated by commas'),
  }],
  retries: false,
  hasResolution: false,
  pasted: { query: 'key=…' },
  feeds: { orders: 'partly' },
  verify,
  parse,
};

function verify(request: WebhookRequest, secrets: Secrets): Verdict {
  return verifyToken(queryOf(request).get('key') ?? tokenIn(request.body), secrets['token'] ?? []);
}

/** Notifications repeat the token in their body. */
function tokenIn(body: Uint8Array): string | undefined {
  try {
    return textOf(bodyOf(body)['token']);
  } catch {
    return undefined; // no format of ours: whoever sent it has shown no token
  }
}

/** JSON, or the form that workflow webhooks send unless told otherwise. @throws SyntaxError */
function bodyOf(body: Uint8Array): Json {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (!/^\s*[\w.$%+-]+=/.test(text)) return parseExactObject(body);
  const form = Object.fromEntries(new URLSearchParams(text));
  if (!('id' in form || 'deal_id' in form || 'module' in form)) throw new SyntaxError('the form names no record');
  return form;
}

/** Other modules tell nothing of deals. */
const IGNORED: ReadonlySet<string> = new Set([
  'Accounts', 'Appointments', 'Calls', 'Campaigns', 'Cases', 'Contacts', 'Events', 'Invoices', 'Leads', 'Notes', 'Price_Books', 'Products', 'Purchase_Orders', 'Quotes', 'Sales_Orders',
  'Services', 'Solutions', 'Tasks', 'Users', 'Vendors',
]);

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const body = bodyOf(request.body);
  const found = noFindings();
  const module = textOf(body['module']) ?? 'Deals';
  const t = timeOf(body['server_time']) ?? request.receivedAt;
  const place = { source: context.source, t, receivedAt: request.receivedAt, channel: 'other', inbox: 'zoho-crm' } as const;
  if (IGNORED.has(module)) return { ...found, ignored: [nameOf(module)] };
  if (module !== 'Deals') return { ...found, unknown: [nameOf(module)] };
  if (!('channel_id' in body)) {
    const id = recordId(body) ?? idOf(body['deal_id']);
    if (id === undefined) return { ...found, malformed: ['id'] };
    readDeal(found, fieldsOf(body), id, place);
    return found;
  }
  const changed = list(body['affected_values']).filter(isRecord);
  // Ids alone: the channel does not ask for values.
  if (changed.length === 0 || body['operation'] === 'delete') return { ...found, ignored: ['deal_without_values'] };
  for (const each of changed) {
    const id = idOf(each['record_id']);
    if (id === undefined) found.malformed.push('record_id');
    else readDeal(found, fieldsOf(record(each['values'])), id, place);
  }
  return found;
}
