/** Expected signatures were computed with `openssl dgst -hmac`, not with the code under test. */
import { generateKeyPairSync, sign as signEd25519 } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { CHATWOOT_SIGNATURE } from '../../exporter/sources/chatwoot.ts';
import { META_SIGNATURE } from '../../exporter/sources/meta.ts';
import { sign, STANDARD_WEBHOOKS, verifySignature, verifyStandardWebhook, verifyToken } from '../../exporter/sources/signature.ts';
import type { SignatureScheme } from '../../exporter/sources/signature.ts';

/** Escaped the way Meta escapes; 16 bytes, no line break at the end. */
const BODY = Buffer.from('{"a":"\\u00e9\\/"}');
const NOW = 1_781_020_800_000;
const META = '5304e0807d68e7ab25f1cc10f4e2862b890223bbbcccf6702c6b471ea693baa6';
const CHATWOOT = 'bdda3c2a032c2e3812f7dacf05271e994468b33c72fe3031087fe232d9018b7e';
/** Of `twenty-four-bytes-of-key` and `older-older-older-older!`, as the sender shows them. */
const [KEY, OLDER_KEY] = ['whsec_dHdlbnR5LWZvdXItYnl0ZXMtb2Yta2V5', 'whsec_b2xkZXItb2xkZXItb2xkZXItb2xkZXIh'];
const [STANDARD, OLDER_STANDARD] = ['g4FDb39NMiP+PJUfrmq7TtuF5qqDrvzNIcqJVLYp8AA=', 'LXuRcDIMLCtJaq5XzrINqz5f8RJhtJ5YYrhB71NV3lI='];

const request = (headers: Record<string, string>, body: Uint8Array = BODY, receivedAt = NOW) => ({ headers, body, receivedAt });

describe('a signature over the body', () => {
  const verdict = (header: string | undefined, secrets: readonly string[] = ['kettle-and-cup'], body: Uint8Array = BODY) =>
    verifySignature(META_SIGNATURE, request(header === undefined ? {} : { 'x-hub-signature-256': header }, body), secrets);
  const sha1: SignatureScheme = { algorithm: 'sha1', encoding: 'hex', header: 'x-hub-signature', prefix: 'sha1=', signed: ['body'], key: 'text' };

  it.each([
    ['is accepted', `sha256=${META}`, ['kettle-and-cup'], 'ok'],
    ['is accepted by any of several secrets', `sha256=${META}`, ['new', 'kettle-and-cup', 'old'], 'ok'],
    ['is refused with another secret', `sha256=${META}`, ['kettle-and-cup '], 'invalid'],
    ['is refused without secrets', `sha256=${META}`, [], 'invalid'],
    ['is refused when a digit differs', `sha256=${META.slice(0, -1)}7`, ['kettle-and-cup'], 'invalid'],
    ['is refused when longer', `sha256=${META}0`, ['kettle-and-cup'], 'invalid'],
    ['is refused when shorter', `sha256=${META.slice(2)}`, ['kettle-and-cup'], 'invalid'],
    ['is refused in capitals, which the sender never writes', `sha256=${META.toUpperCase()}`, ['kettle-and-cup'], 'invalid'],
    ['is refused without its prefix', META, ['kettle-and-cup'], 'invalid'],
    ['is refused with the prefix of another algorithm', `sha1=${META}`, ['kettle-and-cup'], 'invalid'],
    ['is refused in other alphabets', `sha256=${'ä'.repeat(64)}`, ['kettle-and-cup'], 'invalid'],
    ['is missing when empty', '', ['kettle-and-cup'], 'missing'],
    ['is missing without header', undefined, ['kettle-and-cup'], 'missing'],
  ] as const)('%s', (_is, header, secrets, expected) => expect(verdict(header, secrets)).toBe(expected));

  it('is over the bytes: the same JSON written again has another one', () => {
    expect(verdict(`sha256=${META}`, undefined, Buffer.from(JSON.stringify(JSON.parse(BODY.toString()))))).toBe('invalid');
  });

  it('may be SHA-1, where a provider has nothing better', () => {
    expect(verifySignature(sha1, request({ 'x-hub-signature': 'sha1=77a1b2a205e1623adba8fcf1e534e138b5985823' }), ['kettle-and-cup'])).toBe('ok');
  });
});

describe('a signature with a time', () => {
  const verdict = (timestamp: string | undefined, signature: string, receivedAt = NOW) =>
    verifySignature(CHATWOOT_SIGNATURE, request({
      'x-chatwoot-signature': signature, ...(timestamp !== undefined && { 'x-chatwoot-timestamp': timestamp }),
    }, BODY, receivedAt), ['saucer']);
  const own = (timestamp: string) => `sha256=${sign(CHATWOOT_SIGNATURE, 'saucer', { body: BODY, timestamp })}`;

  it.each([
    ['is accepted in time', '1781020800', `sha256=${CHATWOOT}`, NOW, 'ok'],
    ['is accepted five minutes later', '1781020800', `sha256=${CHATWOOT}`, NOW + 300_000, 'ok'],
    ['is stale after that', '1781020800', `sha256=${CHATWOOT}`, NOW + 300_001, 'stale'],
    ['is stale from the future', '1781020800', `sha256=${CHATWOOT}`, NOW - 300_001, 'stale'],
    ['is invalid with another time, stale or not', '1781020801', `sha256=${CHATWOOT}`, NOW + 900_000, 'invalid'],
    ['is missing without time', undefined, `sha256=${CHATWOOT}`, NOW, 'missing'],
    ['is stale when its genuine time is no number', 'noon', own('noon'), NOW, 'stale'],
    ['is stale when its genuine time is in milliseconds', String(NOW), own(String(NOW)), NOW, 'stale'],
  ] as const)('%s', (_is, timestamp, signature, receivedAt, expected) => expect(verdict(timestamp, signature, receivedAt)).toBe(expected));
});

describe('Standard Webhooks', () => {
  const verdict = (signature: string, secrets: readonly string[] = [KEY], changed: Record<string, string> = {}, receivedAt = NOW) => verifyStandardWebhook(
    request({ 'webhook-id': 'msg_teapot_1', 'webhook-timestamp': '1781020800', 'webhook-signature': signature, ...changed }, BODY, receivedAt), secrets);

  it.each([
    ['a signature is accepted', `v1,${STANDARD}`, [KEY], 'ok'],
    ['so is a key without its mark', `v1,${STANDARD}`, [KEY.slice(6)], 'ok'],
    ['one of several signatures is enough', `v1,${OLDER_STANDARD} v1,${STANDARD}`, [KEY], 'ok'],
    ['and one of several keys', `v1,${OLDER_STANDARD}`, [KEY, OLDER_KEY], 'ok'],
    ['versions we do not know are skipped', `v1a,${STANDARD} v2,x v1,${STANDARD}`, [KEY], 'ok'],
    ['and are not enough', `v1a,${STANDARD} v2,${STANDARD}`, [KEY], 'invalid'],
    ['a version is needed', STANDARD, [KEY], 'invalid'],
    ['the key is the decoded one', `v1,${STANDARD}`, ['twenty-four-bytes-of-key'], 'invalid'],
    ['an empty key is no key', `v1,${sign({ ...STANDARD_WEBHOOKS, key: 'text' }, '', { body: BODY, id: 'msg_teapot_1', timestamp: '1781020800' })}`, ['whsec_', ''], 'invalid'],
    ['hundreds of signatures are no rotation', `${'v1,x '.repeat(500)}v1,${STANDARD}`, [KEY], 'invalid'],
  ] as const)('%s', (_is, signature, secrets, expected) => expect(verdict(signature, secrets)).toBe(expected));

  it('signs id and time as well, and wants both', () => {
    expect(verdict(`v1,${STANDARD}`, [KEY], { 'webhook-id': 'msg_teapot_2' })).toBe('invalid');
    expect(verdict(`v1,${STANDARD}`, [KEY], { 'webhook-timestamp': '1781020801' })).toBe('invalid');
    expect(verdict(`v1,${STANDARD}`, [KEY], { 'webhook-id': '' })).toBe('missing');
    expect(verdict(`v1,${STANDARD}`, [KEY], { 'webhook-timestamp': '' })).toBe('missing');
    expect(verdict(`v1,${STANDARD}`, [KEY], {}, NOW + 301_000)).toBe('stale');
  });
});

describe('Standard Webhooks with a public key', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const whpk = `whpk_${publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')}`;
  const stranger = `whpk_${generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')}`;
  const signature = signEd25519(null, Buffer.from(`msg_teapot_1.1781020800.${BODY}`), privateKey).toString('base64');
  it.each([
    ['is accepted', `v1a,${signature}`, [whpk], NOW, 'ok'], ['is accepted beside others', `v1,x v1a,${signature}`, [KEY, stranger, whpk], NOW, 'ok'],
    ['is refused for another key', `v1a,${signature}`, [stranger], NOW, 'invalid'], ['is refused under another version', `v1,${signature}`, [whpk], NOW, 'invalid'],
    ['is refused when it is none', 'v1a,é', [whpk], NOW, 'invalid'], ['does not fail on a key that is none', `v1a,${signature}`, ['whpk_short'], NOW, 'invalid'],
    ['is stale after five minutes', `v1a,${signature}`, [whpk], NOW + 301_000, 'stale'],
  ] as const)('%s', (_is, given, keys, receivedAt, expected) => {
    const headers = { 'webhook-id': 'msg_teapot_1', 'webhook-timestamp': '1781020800', 'webhook-signature': given };
    expect(verifyStandardWebhook(request(headers, BODY, receivedAt), keys)).toBe(expected);
  });
});

describe('a token', () => {
  it.each([
    ['is accepted when it is one of ours', 'shelf', ['cup', 'shelf'], 'ok'], ['is refused otherwise', 'shel', ['shelf'], 'invalid'],
    ['is refused when nothing is configured', 'shelf', [], 'invalid'], ['is missing when empty', '', [''], 'missing'],
    ['is missing when absent', undefined, ['shelf'], 'missing'],
  ] as const)('%s', (_is, given, secrets, expected) => expect(verifyToken(given, secrets)).toBe(expected));
});
