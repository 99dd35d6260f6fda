import { describe, expect, it } from 'vitest';
import { meta } from '../../exporter/sources/meta-all.ts';
import { verifyMeta } from '../../exporter/sources/meta.ts';
import type { Parsed, SourceContext, WebhookRequest } from '../../exporter/sources/source.ts';
import { sourceById } from '../../exporter/sources/index.ts';
import { fixturesOf, post } from './kits.ts';

const parseAs = (parse: (request: WebhookRequest, context: SourceContext) => Parsed, body: Uint8Array | string): Parsed => parse(post(body), { source: 'meta' });

describe('one address for all of Meta', () => {
  it.each(['whatsapp', 'messenger', 'instagram'])('reads %s as its own address does', (id) => {
    for (const [, bodies] of fixturesOf(id)) {
      for (const body of bodies) expect(parseAs(meta.parse, body)).toEqual(parseAs(sourceById(id)!.parse, body));
    }
  });

  it('does not know other products', () => {
    expect(parseAs(meta.parse, '{"object":"permissions","entry":[]}')).toMatchObject({ events: [], unknown: ['object.permissions'] });
  });

  it('shakes hands', () => {
    const request = { ...post(''), method: 'GET', url: '/webhooks/meta?hub.mode=subscribe&hub.verify_token=shelf&hub.challenge=42' };
    expect(meta.handshake!(request, { verify_token: ['shelf'] })).toBe('42');
    expect(meta.handshake!(request, { verify_token: ['another'] })).toBeUndefined();
  });
});

describe('its signature', () => {
  // From openssl, over these bytes: escapes as Meta writes them.
  const signature = 'sha256=09766755de233c8f70cbd3169cd368bd257181e63e818850d41b0bd3c8db668d';
  const body = String.raw`{"object":"page","entry":[{"id":"1","messaging":[{"message":{"mid":"m_1","text":"caf\u00e9 \ud83d\ude00 \/"}}]}]}`;
  const signed = (text: string) => ({ ...post(text), headers: { 'x-hub-signature-256': signature } });

  it('is over the bytes as sent', () => {
    expect(verifyMeta(signed(body), { app_secret: ['kettle-and-cup'] })).toBe('ok');
    expect(verifyMeta(signed(JSON.stringify(JSON.parse(body))), { app_secret: ['kettle-and-cup'] })).toBe('invalid');
  });
});
