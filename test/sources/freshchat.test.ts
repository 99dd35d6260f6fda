import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { freshchat } from '../../exporter/sources/freshchat.ts';
import type { Parsed } from '../../exporter/sources/source.ts';
import { load, problems } from '../config/given.ts';
import { fixturesOf, NOW, post } from './kits.ts';
import { outcomesOf } from './outcome.ts';

/** Made with `openssl genrsa` and thrown away; the same key in both formats, and `openssl dgst -sha256 -sign` over the body. */
const SPKI = 'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyXxQJXIRhvJd1DDQ+XzEggCA3knB7PEw+dJ+QhzIPinvRr9Kg5ng4nsnS2v2IEwVBAMV3bhF2GAfBP0WzfSru76eaMjrk1OqDvELBi+Xwe3+QMlHLH2+1cKwP3S35CwUIoRsaTNvLWOTdUCP4SYfsrYfxUKGlsQvrAMBBp/LyNEsEad6V4hnyFAfT3z6e1MnBDiot8/sw8mgDC/j3CUeut9XHEt7oGrqK+gwGmXY+PGSckN0cR+cIntc8pNJj2hcZE1lFijlKirSsety3FgCs792K64Wwnu4vMLjw10pM9iBSuN9fVlm0TCBLjFJ7rHGRNh7vAmUEULgQOgZM40jTQIDAQAB';
const PKCS1 = 'MIIBCgKCAQEAyXxQJXIRhvJd1DDQ+XzEggCA3knB7PEw+dJ+QhzIPinvRr9Kg5ng4nsnS2v2IEwVBAMV3bhF2GAfBP0WzfSru76eaMjrk1OqDvELBi+Xwe3+QMlHLH2+1cKwP3S35CwUIoRsaTNvLWOTdUCP4SYfsrYfxUKGlsQvrAMBBp/LyNEsEad6V4hnyFAfT3z6e1MnBDiot8/sw8mgDC/j3CUeut9XHEt7oGrqK+gwGmXY+PGSckN0cR+cIntc8pNJj2hcZE1lFijlKirSsety3FgCs792K64Wwnu4vMLjw10pM9iBSuN9fVlm0TCBLjFJ7rHGRNh7vAmUEULgQOgZM40jTQIDAQAB';
const SIGNATURE = 'xuzi6kPb8LwL8g74VXOE3pA9/PTqX7+2ZtJwwIk0FSmN9ldoNwwPnsb/SO3hlDdj3TSJCWXCHc4/YnOLgWl7iHhaD/SzGTHCK0VscyYh9wg23NRyT1MK5ATWPi9La+Phql/dceamgwUVYBvDdbaN+1J0PpsPkkDKWceHbj7agjV5tuAWM+7dlx4y7k86XO3UmJ7kFxI+44RAyOlty5zDbzE6+mqhhWGCqIWx7J98UQSVFMxeVOnLKBzmv6BR9LjwLTUrc7vTPKeAZ0rL+8G3UNGbXrbCfdB5/UiBMQBa7+WcG1Rw0uzJHTAWS9t1UlDfcyRDuN3VUtMX9mPM1EFl6g==';

const fixtures = fixturesOf('freshchat');
const parsed = (name: string): Parsed => freshchat.parse(post(fixtures.get(name)![0]!), { source: 'freshchat' });

const numbered = (letter: string, number: number): string => `${letter}0000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const [AGENT, OTHER_AGENT, USER, GROUP, OTHER_GROUP] = [numbered('a', 1), numbered('a', 2), numbered('b', 1), numbered('e', 1), numbered('e', 2)];
const CONVERSATION = numbered('c', 1);
const at = (time: string): number => Date.parse(`2026-06-09T${time}Z`);
const event = (time: string, rest: object) => ({
  source: 'freshchat', receivedAt: NOW, t: at(time), channel: 'other', inbox: numbered('d', 1), conversation: CONVERSATION, ...rest,
});
const message = (number: number, time: string, rest: object) =>
  event(time, { id: numbered('1', number), channel: 'webchat', contact: USER, message: numbered('1', number), content: 'text', ...rest });
const change = (time: string, what: string, rest: object) => event(time, { id: `${CONVERSATION}:${at(time)}:${what}`, ...rest });
const assigned = (time: string, toType: 'agent' | 'team', toId: string) => change(time, toType, { kind: 'conversation.assigned', toType, toId });
const resolved = (time: string, rest: object) => change(time, 'resolved', { kind: 'conversation.resolved', ...rest });
const inbound = (number: number, time: string, rest: object) => message(number, time, { kind: 'message.inbound', ...rest });
const outbound = (number: number, time: string, rest: object) => message(number, time, { kind: 'message.outbound', ...rest });

const rows: readonly { is: string; file: string; events?: readonly object[]; rest?: Partial<Parsed> }[] = [
  { is: 'a customer\'s message', file: 'message-user', events: [inbound(1, '13:00:00.866', { text: 'Where is my parcel?' })] },
  { is: 'so it was before it named user and source', file: 'message-user-old', events: [inbound(2, '13:00:01.866', { channel: 'other', text: 'Where is my parcel?' })] },
  { is: 'a photo, on its channel', file: 'message-photo', events: [inbound(3, '13:00:02', { channel: 'whatsapp', content: 'image' })] },
  { is: 'a photo between words', file: 'message-photo-and-words', events: [inbound(4, '13:00:03', { content: 'image', text: 'Look here' })] },
  { is: 'a tapped button', file: 'message-button', events: [inbound(5, '13:00:04', { content: 'button', text: 'Yes please' })] },
  { is: 'nothing that we know', file: 'message-empty', events: [inbound(6, '13:00:05', { content: 'other' })] },
  { is: 'an agent\'s reply', file: 'message-agent', events: [outbound(7, '13:05:00.709', { author: 'agent', authorId: AGENT, text: 'Let me look.' })] },
  { is: 'a bot\'s', file: 'message-bot', events: [outbound(8, '13:00:10', { author: 'bot', authorId: `bot:${OTHER_AGENT}`, text: 'Which order?' })] },
  { is: 'what the system says answers nobody', file: 'message-system', events: [outbound(9, '13:00:11', { author: 'automation', text: 'We are back at nine.' })] },
  { is: 'a private message is a note', file: 'message-private', events: [
    event('13:06:00', { id: numbered('1', 10), channel: 'webchat', contact: USER, kind: 'note.created' })] },
  { is: 'an author of a new type is unknown', file: 'message-of-somebody-new', rest: { unknown: ['actor_type.ghost'] } },
  { is: 'a message without id is malformed', file: 'message-without-id', rest: { malformed: ['message.id'] } },
  { is: 'a message of no conversation too', file: 'message-without-conversation', rest: { malformed: ['message.conversation_id'] } },
  { is: 'an agent takes a conversation of the group', file: 'assigned-agent', events: [assigned('13:02:00.622', 'agent', AGENT)] },
  { is: 'a group gets one', file: 'assigned-group', events: [assigned('13:01:00', 'team', GROUP)] },
  { is: 'a bot gives it to people', file: 'assigned-by-bot', events: [
    change('13:01:00', 'handoff', { kind: 'conversation.handoff', by: 'bot' }), assigned('13:01:00', 'team', GROUP)] },
  { is: 'both change', file: 'assigned-both', events: [assigned('13:01:30', 'team', OTHER_GROUP), assigned('13:01:30', 'agent', OTHER_AGENT)] },
  { is: 'the agent gives it back', file: 'unassigned', events: [change('13:03:00', 'nobody', { kind: 'conversation.unassigned' })] },
  { is: 'nothing changes', file: 'assigned-as-before', rest: { ignored: ['conversation_assignment'] } },
  { is: 'resolved by an agent', file: 'resolved', events: [resolved('13:30:00.407', { by: 'agent', byId: AGENT })] },
  { is: 'by the system', file: 'resolved-by-system', events: [resolved('13:30:01', { by: 'automation' })] },
  { is: 'by the customer', file: 'resolved-by-user', events: [resolved('13:30:02', { by: 'contact' })] },
  { is: 'reopened by an agent', file: 'reopened', events: [change('13:40:00.314', 'reopened', { kind: 'conversation.reopened', by: 'agent' })] },
  { is: 'a customer reopens with a message, and that tells it', file: 'reopened-by-user', rest: { ignored: ['conversation_reopen'] } },
  { is: 'a new action is unknown', file: 'new-action', rest: { unknown: ['conversation_teleport'] } },
  { is: 'an action of no time is malformed', file: 'no-time', rest: { malformed: ['action_time'] } },
  { is: 'an action on no conversation too', file: 'no-conversation', rest: { malformed: ['conversation.conversation_id'] } },
];

describe('freshchat', () => {
  it.each(rows.map((row) => [row.is, row] as const))('%s', (_is, { file, events = [], rest = {} }) => {
    expect(parsed(file)).toEqual({ events, ignored: [], unknown: [], malformed: [], health: [], ...rest });
  });

  it('has a row for every fixture', () => {
    expect([...fixtures.keys()].filter((name) => name !== 'whole-conversation').toSorted()).toEqual(rows.map((row) => row.file).toSorted());
  });

  it('gives a whole conversation its figures, in any order', () => {
    expect(outcomesOf(freshchat, fixtures.get('whole-conversation')!)).toEqual([
      { frtSeconds: 280.1, resolutionSeconds: 900, outcome: 'resolved_agent', inboundMessages: 1, agentMessages: 1, botMessages: 1 }]);
  });
});

describe('freshchat authentication', () => {
  const verdict = (key: string, signature = SIGNATURE) =>
    freshchat.verify(post('{"a":"\\u00e9\\/"}', { headers: { 'x-freshchat-signature': signature } }), { public_key: ['nonsense', key] }, { source: 'freshchat' });
  it.each([
    ['the bare key', SPKI, 'ok'], ['the older format', PKCS1, 'ok'], ['one line under the name Freshchat gives it', `-----BEGIN RSA PUBLIC KEY----- ${SPKI} -----END RSA PUBLIC KEY-----`, 'ok'],
    ['several lines', `-----BEGIN PUBLIC KEY-----\n${SPKI.replaceAll(/.{64}/g, '$&\n')}\n-----END PUBLIC KEY-----\n`, 'ok'],
    ['line breaks written out', `-----BEGIN PUBLIC KEY-----\\n${SPKI}\\n-----END PUBLIC KEY-----`, 'ok'],
    ['no key', 'key', 'invalid'], ['half a key', SPKI.slice(0, 200), 'invalid'],
  ] as const)('takes %s', (_is, key, expected) => expect(verdict(key)).toBe(expected));

  it('refuses signatures that are none', () => {
    expect(verdict(SPKI, SIGNATURE.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')))).toBe('invalid');
    expect(verdict(SPKI, 'é')).toBe('invalid');
    expect(verdict(SPKI, '')).toBe('missing');
  });
});

describe('freshchat public key', () => {
  const PEM = createPublicKey({ key: Buffer.from(SPKI, 'base64'), format: 'der', type: 'spki' }).export({ type: 'spki', format: 'pem' }).toString();
  const OTHER = generateKeyPairSync('rsa', { modulusLength: 1024, publicKeyEncoding: { type: 'pkcs1', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } }).publicKey;
  const bare = (pem: string): string => pem.replaceAll(/-----[^-]+-----/g, '').trim();
  const line = (pem: string): string => bare(pem).replaceAll('\n', '');
  const request = post('{"a":"\\u00e9\\/"}', { headers: { 'x-freshchat-signature': SIGNATURE } });

  it.each([
    ['as it stands there', PEM, 1], ['with the line ends of Windows', PEM.replaceAll('\n', '\r\n'), 1], ['in one line', PEM.replaceAll('\n', ' '), 1],
    ['in one line with \\n', PEM.replaceAll('\n', '\\n'), 1], ['without BEGIN and END, in lines', bare(PEM), 1], ['without them, in one line', SPKI, 1],
    ['twice the same', `${PEM}${PEM}`, 1], ['after another', `${OTHER}${PEM}`, 2], ['after another and a comma', `${OTHER},\n${PEM}`, 2], ['after another, bare and a line each', `${line(OTHER)}\n${SPKI}`, 2],
    ['before another, bare with a comma', `${bare(PEM)},${bare(OTHER)}`, 2], ['before another, all in one line', `${PEM}${OTHER}`.replaceAll('\n', ' '), 2],
  ] as const)('is taken %s, from the variable and from a file', (_is, given, count) => {
    for (const from of [{ env: { FRESHCHAT_PUBLIC_KEY: given } }, { env: { FRESHCHAT_PUBLIC_KEY_FILE: 'key.pem' }, files: { 'key.pem': given } }]) {
      const { secrets } = load({ ...from, sources: [freshchat] }).sources[0]!;
      expect(secrets['public_key']).toHaveLength(count);
      expect(freshchat.verify(request, secrets, { source: 'freshchat' })).toBe('ok');
    }
  });

  it.each([['text', 'teapot'], ['half a key', SPKI.slice(0, 200)], ['a key and something else', `${PEM},teapot`], ['BEGIN and END alone', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----']])(
    'stops the start when it is %s', (_is, given) => {
      expect(problems({ env: { FRESHCHAT_PUBLIC_KEY: given }, sources: [freshchat] })).toEqual([expect.stringMatching(/FRESHCHAT_PUBLIC_KEY.*must be the RSA public key/)]);
    });
});
