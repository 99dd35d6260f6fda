/**
 * Salesforce: won opportunities, by outbound message (SOAP) or by a flow that calls out with the record as JSON. Neither is signed.
 * https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging.htm
 */
import { fieldsOf, readDeal, recordId, type Fields } from './deal.ts';
import { nameOf, noFindings } from './findings.ts';
import type { Findings } from './findings.ts';
import { isRecord, list, record, textOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { headerTokenOf, queryOf } from './request.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, Secrets, SourceAdapter, SourceContext, Verdict, WebhookRequest } from './source.ts';
import { parseXml, type Element } from './xml.ts';

export const salesforce: SourceAdapter = {
  id: 'salesforce',
  title: 'Salesforce',
  secrets: [
    { name: 'key', required: true, help: 'Text of your choice: ?key= at the end of the endpoint URL, or in flows the header Authorization' },
    { name: 'organization_id', required: false, help: 'Organisation id (Setup > Company Information): outbound messages of others are refused' },
  ],
  // Outbound messages for a day, callouts of flows never.
  retries: false,
  hasResolution: false,
  pasted: { query: 'key=…' },
  feeds: { orders: 'yes' },
  verify,
  parse,
  reply: (request) => (isXml(request.body) ? { type: 'text/xml; charset=utf-8', body: ACK } : { type: 'application/json', body: '{"ok":true}' }),
};

/** Without it the message comes again for a day. */
const ACK = `<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>
</soapenv:Body></soapenv:Envelope>
`;

function verify(request: WebhookRequest, secrets: Secrets): Verdict {
  const verdict = verifyToken(queryOf(request).get('key') ?? headerTokenOf(request), secrets['key'] ?? []);
  const organizations = secrets['organization_id'];
  if (verdict !== 'ok' || organizations === undefined || !isXml(request.body)) return verdict;
  const sender = /<(?:[\w.-]+:)?OrganizationId>\s*(\w{15,18})\s*</.exec(textOfBody(request.body))?.[1];
  return sender !== undefined && organizations.some((own) => idOf15(own) === idOf15(sender)) ? 'ok' : 'invalid';
}

/** The last three of 18 characters only repeat the case of the others. */
const idOf15 = (id: string): string => id.slice(0, 15);

const textOfBody = (body: Uint8Array): string => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');

const isXml = (body: Uint8Array): boolean => /^\ufeff?\s*</.test(textOfBody(body.subarray(0, 64)));

interface Told { readonly type: string; readonly id: string | undefined; readonly fields: Fields }

function parse(request: WebhookRequest, context: SourceContext): Parsed {
  const found = noFindings();
  const place = { source: context.source, t: request.receivedAt, receivedAt: request.receivedAt, channel: 'other', inbox: 'salesforce' } as const;
  for (const { type, id, fields } of isXml(request.body) ? notifications(request.body) : callouts(request.body)) {
    if (type !== 'Opportunity') leaveOut(found, type);
    else if (id === undefined) found.malformed.push('Id');
    else readDeal(found, fields, idOf15(id), place);
  }
  return found;
}

/** Other objects of the standard model tell nothing of deals. */
const IGNORED: ReadonlySet<string> = new Set([
  'Account', 'Asset', 'Campaign', 'CampaignMember', 'Case', 'Contact', 'Contract',
  'Event', 'Lead', 'OpportunityLineItem', 'Order', 'OrderItem', 'Product2', 'Quote', 'Task', 'User',
]);

const leaveOut = (found: Findings, type: string): void => void (IGNORED.has(type) ? found.ignored : found.unknown).push(nameOf(type.replace(/\d+$/, '')));

function notifications(body: Uint8Array): readonly Told[] {
  const message = within(parseXml(textOfBody(body)), 'notifications');
  if (!message) throw new SyntaxError('the body is no outbound message');
  return message.children.filter(({ name }) => name === 'Notification').map((notification) => {
    const object = notification.children.find(({ name }) => name === 'sObject');
    const values = Object.fromEntries((object?.children ?? []).filter(({ attributes }) => attributes['nil'] !== 'true').map(({ name, text }) => [name, text]));
    const type = (object?.attributes['type'] ?? '').replace(/^.*:/, '');
    return { type, id: recordId(values), fields: fieldsOf(values) };
  });
}

/** The envelope is SOAP's; what is looked for lies at most two levels down. */
function within(element: Element, name: string): Element | undefined {
  const [children, ofThem] = [element.children, element.children.flatMap((child) => child.children)];
  return [element, ...children, ...ofThem].find((each) => each.name === name);
}

/** One record, several, or a list of them under `records`, with the fields' API names. */
function callouts(body: Uint8Array): readonly Told[] {
  const value: unknown = JSON.parse(textOfBody(body));
  if (typeof value !== 'object' || value === null) throw new SyntaxError('the body holds no records');
  if (Array.isArray(value) && value.length === 0) throw new SyntaxError('the body holds no records');
  const items = Array.isArray(value) ? value : list(record(value)['records']).length > 0 ? list(record(value)['records']) : [value];
  return items.filter(isRecord).map((item) => {
    const fields = fieldsOf(item);
    return { type: typeOf(item, fields), id: wordOf(recordId(item) ?? fields.get('opportunityid') ?? fields.get('recordid')), fields };
  });
}

/** What kind of record an id belongs to is in its first three characters. */
const PREFIXES: ReadonlyMap<string, string> = new Map([['006', 'Opportunity'], ['00Q', 'Lead'], ['003', 'Contact'], ['001', 'Account'], ['500', 'Case']]);

/** A flow may send whatever it likes; what has a stage is a deal. */
const typeOf = (item: Json, fields: Fields): string => textOf(record(item['attributes'])['type']) ?? textOf(item['type']) ?? PREFIXES.get(recordId(item)?.slice(0, 3) ?? '')
  ?? (['stage', 'stagename', 'iswon'].some((name) => fields.has(name)) ? 'Opportunity' : 'unnamed');
