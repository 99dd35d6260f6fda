/**
 * Deals of HubSpot. Webhooks tell one property at a time, so what came in one request is put together; a workflow tells the whole deal.
 * Amounts have no currency of their own where an account has only one: the address names it then (`?currency=EUR`).
 */
import { fieldsOf, readDeal } from './deal.ts';
import type { Fields, Place } from './deal.ts';
import type { Findings } from './findings.ts';
import { idOf, isRecord, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { queryOf } from './request.ts';
import type { WebhookRequest } from './source.ts';

/** Changes of properties, all of one request: `dealstage`, and if they are subscribed to, what it was worth. */
export function readDealChanges(found: Findings, changes: readonly Json[], request: WebhookRequest, source: string): void {
  const deals = new Map<string, Json[]>();
  for (const change of changes) {
    const id = idOf(change['objectId']);
    if (id === undefined) found.malformed.push('objectId');
    else deals.set(id, [...deals.get(id) ?? [], change]);
  }
  for (const [id, told] of deals) {
    // Batches are in no order.
    const inOrder = told.map((change) => ({ change, t: timeOf(change['occurredAt']) ?? request.receivedAt })).toSorted((a, b) => a.t - b.t);
    const values = Object.fromEntries(inOrder.map(({ change }) => [String(change['propertyName']), change['propertyValue']]));
    readDeal(found, inWords(fieldsOf(values), request), id, placeOf(request, source, inOrder.at(-1)!.t, told[0]!));
  }
}

/** The body of a workflow's webhook: the whole record, or what somebody chose of it. False when it is no deal. */
export function readWorkflowDeal(found: Findings, body: Json, request: WebhookRequest, source: string): boolean {
  const properties = Object.entries({ ...body, ...record(body['properties']) }).map(([name, value]) => [name, isRecord(value) && 'value' in value ? value['value'] : value]);
  const fields = fieldsOf(Object.fromEntries(properties) as Json);
  const id = ['hsobjectid', 'objectid', 'dealid', 'recordid', 'id'].map((name) => idOf(fields.get(name))).find((each) => each !== undefined);
  if (id === undefined || !['dealstage', 'amount', 'hsisclosedwon', 'hsclosedamount'].some((name) => fields.has(name))) return false;
  readDeal(found, inWords(fields, request), id, placeOf(request, source, request.receivedAt, body));
  return true;
}

/** HubSpot's names for what every CRM has. A stage of a pipeline of one's own has a number, which the address may call won (`?won=1234567`). */
function inWords(fields: Fields, request: WebhookRequest): Fields {
  const query = queryOf(request);
  const closed = Number(fields.get('hsclosedamount') ?? 0);
  const stage = textOf(fields.get('dealstage'));
  const stated = stage !== undefined && (query.get('won')?.split(',').includes(stage) ?? false);
  const won = stated || closed > 0 || Number(fields.get('hsdealstageprobability')) === 1 ? true : fields.get('hsisclosedwon');
  return new Map<string, unknown>([
    ...fields, ...(won !== undefined ? [['iswon', won] as const] : []), ...(stage !== undefined ? [['stage', stage] as const] : []), ...(closed > 0 ? [['amount', fields.get('hsclosedamount')] as const] : []),
    ['currency', fields.get('dealcurrencycode') ?? fields.get('currency') ?? query.get('currency')],
    ['laststagechangedate', fields.get('hslastmodifieddate')],
  ]);
}

const placeOf = ({ receivedAt }: WebhookRequest, source: string, t: number, body: Json): Place =>
  ({ source, receivedAt, t, channel: 'other', inbox: wordOf(idOf(body['portalId'])) ?? 'hubspot' });
