/**
 * Dialogflow ES, as the fulfilment webhook of an agent: one call per turn, while the customer waits for the answer.
 * https://cloud.google.com/dialogflow/es/docs/fulfillment-webhook
 */
import type { Content } from '../core/event.ts';
import { eventsOfTurn, namesIn, peopleOf } from './bot-turn.ts';
import type { TurnPlace } from './bot-turn.ts';
import { originOf } from './dialogflow-channel.ts';
import { nameOf, noFindings } from './findings.ts';
import { idOf, isRecord, labelOf, list, parseObject, record, textOf, timeOf, wordOf } from './json.ts';
import type { Json } from './json.ts';
import { queryOf, shownKeyOf } from './request.ts';
import { verifyToken } from './signature.ts';
import type { Parsed, Reply, SourceAdapter, SourceContext, WebhookRequest } from './source.ts';

/** The answer set up for the intent, unchanged: an object that overrides nothing. Text would be logged as an error of the webhook. */
const NOTHING: Reply = { type: 'application/json', body: '{}' };

export const dialogflowEs: SourceAdapter = {
  id: 'dialogflow-es',
  title: 'Dialogflow ES',
  secrets: [{ name: 'key', required: true, help: 'Text of your choice: password under Fulfillment > Webhook > Basic auth, or ?key= at the end of its URL' }],
  retries: false,
  customerWaits: true,
  hasResolution: false,
  pasted: { query: 'key=…' },
  feeds: { messages: 'partly', replies: 'partly', agents: 'partly', assignment: 'partly', resolution: 'partly', topics: 'yes' },
  verify: (request, secrets) => verifyToken(shownKeyOf(request), secrets['key'] ?? []),
  parse,
  reply: () => NOTHING,
};

/** A turn in the words of API v2; those of v1 are put into them. */
interface Heard {
  readonly id: unknown;
  readonly session: unknown;
  readonly t?: number | undefined;
  readonly result: Json;
  readonly original: Json;
}

function parse(request: WebhookRequest, { source }: SourceContext): Parsed {
  const body = parseObject(request.body);
  const found = noFindings();
  const heard = heardIn(body);
  if (heard === undefined) return { ...found, unknown: [nameOf(Object.keys(body)[0])] };
  const { original, result } = heard;
  const payload = record(original['payload']);
  const platform = original['source'] ?? payload['source'];
  // The builder trying things out.
  if (platform === 'DIALOGFLOW_CONSOLE') return { ...found, ignored: ['console'] };
  // Only incomplete examples have none: the turn belongs to no conversation.
  const session = sessionOf(heard.session);
  if (session === undefined) return { ...found, ignored: ['without_session'] };
  const id = idOf(heard.id);
  if (id === undefined) return { ...found, malformed: ['responseId'] };

  const origin = originOf(platform, payload);
  const place: TurnPlace = {
    source, receivedAt: request.receivedAt, inbox: wordOf(queryOf(request).get('bot')) ?? session.project, conversation: `${session.project}/${session.id}`,
    ...(session.user !== undefined && { contact: session.user }), ...origin.place,
  };
  const intent = record(result['intent']);
  const [name, action] = [intent['displayName'], result['action']];
  const fallback = intent['isFallback'] === true || action === 'input.unknown' || /\bfallback\b/i.test(String(name));
  const handoffs = namesIn(request, 'handoff');
  found.events.push(...eventsOfTurn({
    id, place,
    ...whatWasSaid(result, heard.t ?? origin.t),
    answer: { text: answerIn(result), fallback, expectsReply: result['allRequiredParamsPresent'] === false },
    topic: fallback || action === 'input.welcome' ? undefined : labelOf(name),
    handoff: (intent['liveAgentHandoff'] === true || handoffs.has(name) || handoffs.has(action)) && peopleOf(request),
    ended: intent['endInteraction'] === true || record(result['diagnosticInfo'])['end_conversation'] === true,
  }));
  return found;
}

/** Version 1 went away in 2020; tools that imitate it did not. */
function heardIn(body: Json): Heard | undefined {
  if (isRecord(body['queryResult'])) return { id: body['responseId'], session: body['session'], result: body['queryResult'], original: record(body['originalDetectIntentRequest']) };
  const old = body['result'];
  if (!isRecord(old)) return undefined;
  return {
    id: body['id'], session: body['sessionId'], t: timeOf(body['timestamp']), original: { payload: record(body['originalRequest']) },
    result: {
      queryText: old['resolvedQuery'], action: old['action'], allRequiredParamsPresent: old['actionIncomplete'] !== true, fulfillmentText: record(old['fulfillment'])['speech'],
      intent: { displayName: record(old['metadata'])['intentName'] },
    },
  };
}

/** `projects/P/agent/sessions/S`, with `environments/E/users/U` or `locations/L` in between; of v1 only S. */
function sessionOf(value: unknown): { readonly project: string; readonly id: string; readonly user?: string } | undefined {
  const path = idOf(value)?.split('/') ?? [];
  const after = (word: string): string | undefined => path[path.indexOf(word) + 1] || undefined;
  if (path.length === 1) return { project: 'dialogflow', id: path[0]! };
  const [project, id, user] = [path[0] === 'projects' ? wordOf(path[1]) : undefined, path.includes('sessions') ? after('sessions') : undefined, path.includes('users') ? after('users') : undefined];
  return project === undefined || id === undefined ? undefined : { project, id, ...(user !== undefined && user !== '-' && { user }) };
}

/**
 * Nothing, where an event started the turn ("Get started", a call of the API): its name stands for the text, and in small letters it is a
 * context too. Pictures and places come as events as well, and those were sent by the customer.
 */
function whatWasSaid(result: Json, t: number | undefined): { readonly said?: { readonly t: number | undefined; readonly content: Content; readonly text?: string; readonly score?: number } } {
  const text = textOf(result['queryText']);
  if (text === undefined) return {};
  const context = `/contexts/${text.toLowerCase()}`;
  const isEvent = /^\w+$/.test(text) && list(result['outputContexts']).some((each) => String(record(each)['name']).endsWith(context));
  if (isEvent) {
    const sent = /_(MEDIA|LOCATION)$/.exec(text)?.[1];
    return sent === undefined ? {} : { said: { t, content: sent === 'MEDIA' ? 'other' : 'location' } };
  }
  const score = record(record(result['sentimentAnalysisResult'])['queryTextSentiment'])['score'];
  return { said: { t, content: 'text', text, ...(typeof score === 'number' && { score }) } };
}

function answerIn(result: Json): string | undefined {
  return textOf(result['fulfillmentText']) ?? textOf(list(result['fulfillmentMessages']).flatMap((each) => list(record(record(each)['text'])['text'])).filter((line) => textOf(line)).join(' '));
}
