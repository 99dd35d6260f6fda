/** Deals of a CRM, whatever it calls their fields: administrators choose which of them are sent, and add their own. */
import type { Envelope } from '../core/event.ts';
import { amountOf, buyerOf, firstId, moneyOf } from './commerce.ts';
import type { Findings } from './findings.ts';
import { idOf, record, timeOf } from './json.ts';
import type { Json } from './json.ts';

/** A record by plain field names: `Contact_Phone__c` and `contactPhone` are `contactphone`. */
export type Fields = ReadonlyMap<string, unknown>;

/** Null and empty fields are absent. */
export function fieldsOf(values: Json): Fields {
  return new Map(Object.entries(values).filter(([, value]) => value !== null && value !== '').map(([name, value]) => [name.replace(/__c$/i, '').toLowerCase().replace(/[^a-z0-9]/g, ''), value]));
}

/** Where a deal was told of. `t`: when, for deals that do not say when they changed; epoch milliseconds. */
export type Place = Omit<Envelope, 'id'>;

/** A deal that was won is a conversion, once; every other state of it is left out. @param id as the CRM names it, equal in every message */
export function readDeal(found: Findings, fields: Fields, id: string, place: Place): void {
  const won = isWon(fields);
  if (won === undefined) return void found.ignored.push('deal_without_stage');
  if (!won) return void found.ignored.push('deal_not_won');
  const t = ['laststagechangedate', 'stagemodifiedtime', 'lastmodifieddate', 'modifiedtime', 'systemmodstamp'].map((name) => timeOf(fields.get(name))).find((each) => each !== undefined);
  found.events.push({
    ...place, ...buyerOfDeal(fields, `deal:${id}`), id: `deal:${id}`, t: t ?? place.t, kind: 'conversion.recorded', order: id, type: 'deal',
    ...moneyOf(amountOf(fields.get('amount')), fields.get('currencyisocode') ?? fields.get('currency')),
  });
}

/** What the CRM itself says of winning goes before the name of a stage, which an administrator may have changed. Undefined when nothing tells. */
function isWon(fields: Fields): boolean | undefined {
  const flag = fields.get('iswon');
  if (flag !== undefined) return String(flag).toLowerCase() === 'true';
  const [stage, probability] = [fields.get('stagename') ?? fields.get('stage'), fields.get('probability')];
  if (stage === undefined && probability === undefined) return undefined;
  return Number(probability) === 100 || (typeof stage === 'string' && /^closed[ _-]?won$/i.test(stage.trim()));
}

/** Numbers and addresses come in fields of any name. */
function buyerOfDeal(fields: Fields, otherwise: string): ReturnType<typeof buyerOf> {
  const like = (pattern: RegExp): readonly unknown[] => [...fields].filter(([name]) => pattern.test(name)).map(([, value]) => value);
  return buyerOf({
    id: firstId(fields.get('contactid'), record(fields.get('contactname'))['id'], fields.get('accountid'), record(fields.get('accountname'))['id']) ?? otherwise,
    phones: like(/phone|mobile|whatsapp/), emails: like(/email/), stated: fields.get('replywatchcontact'),
  });
}

/** The id of a record, under either spelling. */
export const recordId = (values: Json): string | undefined => idOf(values['Id']) ?? idOf(values['id']);
