/**
 * What Meta counts of a WhatsApp Business account: its charges, to compare with what price lists make of receipts, and what became of templates.
 * https://developers.facebook.com/docs/whatsapp/business-management-api/analytics
 */
import { idOf, isRecord, list, record, textOf, timeOf, wordOf, type Json } from '../sources/json.ts';
import { PullFailure, type ProviderCost, type ProviderTemplate, type Pull, type PullContext } from './pull.ts';

const DAY_MS = 86_400_000;
/** Figures of a day settle for some days, and are read again that long. */
const SETTLING_DAYS = 4;
/** Meta keeps no more. */
const MOST_DAYS = 90;
/** Templates per request. */
const TEMPLATES = 10;
const MOST_PAGES = 1_000;

/** From which day on is read: the last days again, or the whole past the first time. */
function firstDay({ cursor, now, since }: PullContext): number {
  const from = timeOf(cursor?.['until']);
  const wanted = from === undefined ? since : from - SETTLING_DAYS * DAY_MS;
  return Math.floor(Math.max(wanted, now - MOST_DAYS * DAY_MS) / DAY_MS) * DAY_MS;
}

/** Charges per day, category and country. Cost is missing where the account pays through a partner. */
const pricing: Pull = {
  name: 'whatsapp_pricing', source: 'whatsapp', schedule: '20 */3 * * *',
  async run(context) {
    const { get, save, now } = context;
    const [start, end] = [firstDay(context) / 1000, Math.floor(now / 1000)];
    const analytics = `pricing_analytics.start(${start}).end(${end}).granularity(DAILY).metric_types(["COST","VOLUME"]).dimensions(["PRICING_CATEGORY","PRICING_TYPE","COUNTRY"])`;
    const answer = record(await get('', { fields: `currency,${analytics}` }));
    const currency = textOf(answer['currency'])?.toUpperCase() ?? '';
    const points = list(record(answer['pricing_analytics'])['data']).flatMap((group) => list(record(group)['data_points'])).filter(isRecord);
    const costs = points.flatMap((point): readonly ProviderCost[] => {
      const [startsAt, messages, cost] = [timeOf(point['start']), Number(point['volume'] ?? 0), point['cost']];
      if (startsAt === undefined || !Number.isSafeInteger(messages)) return [];
      return [{
        startsAt, category: (textOf(point['pricing_category']) ?? 'unknown').toLowerCase(), priceType: (textOf(point['pricing_type']) ?? '').toLowerCase(), market: textOf(point['country'])?.toUpperCase() ?? '', currency, messages,
        ...(typeof cost === 'number' && Number.isFinite(cost) && { cost }),
      }];
    });
    await save({ costs: summed(costs), malformed: points.length > costs.length ? ['data_point'] : [] }, { until: now });
  },
};

/** Points that differ in what is not kept (tiers, say) become one. */
function summed(costs: readonly ProviderCost[]): readonly ProviderCost[] {
  const byKey = new Map<string, ProviderCost>();
  for (const each of costs) {
    const key = [each.startsAt, each.category, each.priceType, each.market].join(' ');
    const before = byKey.get(key);
    const cost = before?.cost === undefined && each.cost === undefined ? {} : { cost: (before?.cost ?? 0) + (each.cost ?? 0) };
    byKey.set(key, { ...each, messages: (before?.messages ?? 0) + each.messages, ...cost });
  }
  return [...byKey.values()];
}

/** Sent, delivered, read and clicked of every template, per day. Meta counts them once somebody agreed to it in the WhatsApp Manager. */
const templates: Pull = {
  name: 'whatsapp_templates', source: 'whatsapp', schedule: '40 */6 * * *',
  async run(context) {
    const { get, save, cursor, now } = context;
    const known = await allTemplates(get);
    const query = { start: firstDay(context) / 1000, end: Math.floor(now / 1000), granularity: 'DAILY', metric_types: '["SENT","DELIVERED","READ","CLICKED","COST"]' };
    const ids = [...known.keys()];
    for (let at = 0; at < ids.length; at += TEMPLATES) {
      const days: ProviderTemplate[] = [];
      let answer = record(await get('/template_analytics', { ...query, template_ids: `[${ids.slice(at, at + TEMPLATES).join(',')}]` }));
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        for (const point of list(answer['data']).flatMap((group) => list(record(group)['data_points'])).filter(isRecord)) days.push(...dayOf(point, known));
        const next = textOf(record(answer['paging'])['next']);
        if (next === undefined) break;
        answer = record(await get(next));
      }
      // The mark moves at the end: a run that is broken off reads all of its days again.
      await save({ templates: days }, { ...cursor });
    }
    await save({}, { until: now });
  },
};

/** By id. */
async function allTemplates(get: PullContext['get']): Promise<ReadonlyMap<string, Json>> {
  const found = new Map<string, Json>();
  let answer = record(await get('/message_templates', { fields: 'id,name,category', limit: 100 }));
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    for (const row of list(answer['data']).filter(isRecord)) {
      const id = idOf(row['id']);
      if (id !== undefined && /^\d{1,30}$/.test(id)) found.set(id, row);
    }
    const next = textOf(record(answer['paging'])['next']);
    if (next === undefined) return found;
    answer = record(await get(next));
  }
  throw new PullFailure('unreadable', 'its pages do not end');
}

function dayOf(point: Json, known: ReadonlyMap<string, Json>): readonly ProviderTemplate[] {
  const [templateId, startsAt] = [idOf(point['template_id']), timeOf(point['start'])];
  if (templateId === undefined || startsAt === undefined) return [];
  const template = known.get(templateId) ?? {};
  const count = (name: string): number => Math.max(0, Math.trunc(Number(point[name] ?? 0)) || 0);
  const cost = list(point['cost']).find((each) => record(each)['type'] === 'amount_spent');
  const amount = record(cost)['value'];
  return [{
    templateId, startsAt, template: wordOf(template['name']) ?? templateId, category: (textOf(template['category']) ?? 'unknown').toLowerCase(), sent: count('sent'), delivered: count('delivered'), read: count('read'),
    clicked: list(point['clicked']).reduce<number>((sum, each) => sum + (Number(record(each)['count']) || 0), 0), ...(typeof amount === 'number' && { cost: amount }),
  }];
}

/** All of WhatsApp. */
export const WHATSAPP_PULLS: readonly Pull[] = [pricing, templates];
