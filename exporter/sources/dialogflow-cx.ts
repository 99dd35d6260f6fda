/**
 * Dialogflow CX (Conversational Agents), as a webhook that fulfilments call: none, one or several calls per turn, while the customer waits.
 * https://cloud.google.com/dialogflow/cx/docs/concept/webhook
 */
import type { ParsedEvent } from '../core/event.ts';
import { eventsOfTurn, namesIn, peopleOf } from './bot-turn.ts';
import type { Turn, TurnPlace } from './bot-turn.ts';
import { originOf } from './dialogflow-channel.ts';
import { nameOf, noFindings } from './findings.ts';
import { idOf, isRecord, labelOf, list, parseObject, record, textOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { queryOf, shownKeyOf } from './request.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, Reply, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

/** Adds nothing to what the fulfilment says, sets no parameter, leads to no page. */
const NOTHING: Reply = { type: 'application/json', body: '{}' };

/** Of every agent: not what the customer came for. */
const DEFAULT_INTENTS = /^Default (Welcome|Negative) Intent$/;
const START_FLOW = '00000000-0000-0000-0000-000000000000';

export const dialogflowCx: SourceAdapter = {
  id: 'dialogflow-cx',
  title: 'Dialogflow CX',
  secrets: [{ name: 'key', required: true, help: 'Text of your choice: password under Manage > Webhooks > Basic auth, or ?key= at the end of the URL' }],
  retries: false,
  customerWaits: true,
  hasResolution: false,
  pasted: { query: 'key=…' },
  feeds: { messages: 'partly', replies: 'partly', agents: 'partly', assignment: 'partly', resolution: 'partly', topics: 'yes' },
  verify: (request, secrets) => verifyToken(shownKeyOf(request), secrets['key'] ?? []),
  parse,
  reply: () => NOTHING,
};

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const body = parseObject(request.body);
  const found = noFindings();
  if (!isRecord(body['fulfillmentInfo']) && !isRecord(body['sessionInfo'])) return { ...found, unknown: [nameOf(Object.keys(body)[0])] };
  const session = sessionOf(record(body['sessionInfo'])['session']);
  const id = idOf(body['detectIntentResponseId']);
  if (session === undefined) return { ...found, malformed: ['sessionInfo.session'] };
  if (id === undefined) return { ...found, malformed: ['detectIntentResponseId'] };

  const payload = record(body['payload']);
  const origin = originOf(payload['source'], payload);
  const place: TurnPlace = {
    source, receivedAt: request.receivedAt, inbox: wordOf(queryOf(request).get('bot')) ?? session.agent, conversation: `${session.agent}/${session.id}`, ...origin.place,
  };
  const tag = idOf(record(body['fulfillmentInfo'])['tag']) ?? '';
  const names = [tag, record(body['intentInfo'])['displayName']];
  const marked = (parameter: string): boolean => { const listed = namesIn(request, parameter); return names.some((name) => listed.has(name)); };
  const says = (kind: string): boolean => list(body['messages']).some((message) => isRecord(record(message)[kind]));
  const fallback = marked('fallback') || names[1] === 'Default Negative Intent' || [tag, body['triggerEvent']].some((name) => String(name).startsWith('sys.no-match'));
  found.events.push(
    ...eventsOfTurn({
      id, call: tag, place, ...whatWasSaid(body, origin.t), answer: { text: answerIn(body), fallback },
      topic: topicIn(body), handoff: (says('liveAgentHandoff') || marked('handoff')) && peopleOf(request), ended: says('conversationSuccess') || says('endInteraction') || marked('resolved'),
    }),
    ...stepsIn(request, body, { ...place, id: `${id}:${tag}`, t: origin.t ?? place.receivedAt }),
  );
  return found;
}

/** `projects/P/locations/L/agents/A/sessions/S`, with `environments/E` in between for what is live. */
function sessionOf(value: unknown): { readonly agent: string; readonly id: string } | undefined {
  const [, agent, id] = /\/agents\/([\w.:-]{1,64})\/(?:environments\/[^/]+\/)?sessions\/([^/]+)$/.exec(idOf(value) ?? '') ?? [];
  return agent === undefined || id === undefined ? undefined : { agent, id };
}

/** One of five ways to begin a turn; an event, or an intent that a program asked for, is nobody's word. */
function whatWasSaid(body: Json, t: number | undefined): Pick<Turn, 'said'> {
  const text = textOf(body['text']) ?? textOf(body['transcript']);
  const score = record(body['sentimentAnalysisResult'])['score'];
  if (text !== undefined) return { said: { t, content: 'text', text, ...(typeof score === 'number' && { score }) } };
  return textOf(body['dtmfDigits']) === undefined ? {} : { said: { t, content: 'button' } };
}

const answerIn = (body: Json): string | undefined =>
  textOf(list(body['messages']).flatMap((message) => list(record(record(message)['text'])['text'])).filter((line) => textOf(line)).join(' '));

/** There is no intent while a form is being filled. */
function topicIn(body: Json): string | undefined {
  const name = labelOf(record(body['intentInfo'])['displayName']);
  return name === undefined || DEFAULT_INTENTS.test(name) ? undefined : name;
}

/** Pages of flows, only where the address says which tags complete one: without that every run would seem to be left on the way. */
function stepsIn(request: WebhookRequest, body: Json, at: TurnPlace & { readonly id: string; readonly t: number }): readonly ParsedEvent[] {
  const completed = namesIn(request, 'completed');
  const page = record(body['pageInfo']);
  const [, flowId, pageId] = /\/flows\/([\w-]{1,64})\/pages\/([\w-]{1,64})$/.exec(idOf(page['currentPage']) ?? '') ?? [];
  if (completed.size === 0 || flowId === undefined || pageId === undefined) return [];
  const flow = flowId === START_FLOW ? 'Default Start Flow' : flowId;
  const step = labelOf(page['displayName']) ?? pageId;
  return [{ ...at, id: `${at.id}:step`, kind: completed.has(record(body['fulfillmentInfo'])['tag']) ? 'flow.completed' : 'flow.step', flow, step }];
}
