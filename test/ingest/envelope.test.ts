import { describe, expect, it } from 'vitest';
import { readCanonicalBody } from '../../exporter/ingest/canonical.ts';
import { NOW } from './doubles.ts';

const T = Date.UTC(2026, 5, 9, 15, 59);
const data = { conversation: 'c1', channel: 'webchat', inbox: 'shop', message: 'm-1' };
const event = (more: object = {}): object => ({
  specversion: '1.0', id: 'ce-1', source: 'https://desk.example.com/eu', type: 'com.example.message.inbound.v1', time: '2026-06-09T15:59:00Z', datacontenttype: 'application/json', data, ...more,
});
const read = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  readCanonicalBody(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), headers, { receivedAt: NOW });
const STRUCTURED = { 'content-type': 'Application/CloudEvents+JSON; charset=utf-8' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
const attributes = { 'ce-specversion': '1.0', 'ce-id': 'ce-1', 'ce-source': '/desk%20one', 'ce-type': 'message.inbound', 'ce-time': '2026-06-09T15:59:00Z' };
const inbound = { kind: 'message.inbound', id: 'ce-1', t: T, conversation: 'c1', message: 'm-1', inbox: 'shop' };

describe('CloudEvents', () => {
  it.each<[string, unknown, Readonly<Record<string, string>>, object]>([
    ['a structured one', event(), STRUCTURED, { ...inbound, source: 'desk.example.com:eu' }],
    ['one that calls itself plain JSON', event(), { 'content-type': 'application/json' }, inbound],
    ['data in base64', event({ data: undefined, data_base64: Buffer.from(JSON.stringify(data)).toString('base64') }), STRUCTURED, inbound],
    ['one that names its source and id in the data', event({ data: { ...data, source: 'desk', id: 'own-1' } }), STRUCTURED, { source: 'desk', id: 'own-1' }],
    ['one without a time, which arrived now', event({ time: undefined }), STRUCTURED, { t: NOW }],
    ['one from a URI that is no label', event({ source: 'urn:7' }), STRUCTURED, { source: 'urn:7' }],
    ['one from nowhere nameable', event({ source: '/1/2' }), STRUCTURED, { source: 'events' }],
    ['a binary one', data, { ...attributes, 'content-type': 'application/json' }, { ...inbound, source: 'desk:one' }],
    ['a binary one with quoted attributes', data, { ...attributes, 'ce-id': '"ce-\\"2"' }, { id: 'ce-"2' }],
    ['a binary one with a bare percent sign', data, { ...attributes, 'ce-id': '100%' }, { id: '100%' }],
  ])('reads %s', (_, body, headers, expected) => {
    expect(read(body, headers)).toMatchObject({ events: [{ index: 0, event: expected }], rejected: [] });
  });

  it('reads a batch, and takes what it can', () => {
    const result = read([event(), event({ id: 'ce-2', type: 'com.example.teapot.boiled' }), event({ id: 'ce-3', data: 'words' }), event({ id: undefined }), event({ data_base64: '%%%', data: undefined })], BATCH);
    expect(result.events.map(({ index }) => index)).toEqual([0]);
    expect(result.rejected.map(({ reason }) => reason)).toEqual(['kind: is not known', 'conversation: is not valid', 'id: is not valid', 'conversation: is not valid']);
    expect(read([], BATCH)).toEqual({ events: [], rejected: [] });
  });

  it('wants data that is JSON, or none', () => {
    expect(() => read('<xml/>', attributes)).toThrow(SyntaxError);
    expect(read('', { ...attributes, 'ce-type': 'note.created' })).toMatchObject({ events: [{ event: { kind: 'note.created', id: 'ce-1' } }] });
  });
});

describe('payloads of Standard Webhooks', () => {
  it('take their id from the header, which every attempt repeats', () => {
    const body = { type: 'message.inbound', timestamp: '2026-06-09T15:59:00.123456Z', data };
    expect(read(body, { 'webhook-id': 'msg_1' })).toMatchObject({ events: [{ event: { kind: 'message.inbound', id: 'msg_1', t: T + 123, message: 'm-1', source: 'events' } }] });
    expect(read(body)).toMatchObject({ rejected: [{ reason: 'id: is not valid' }] });
  });

  it('are refused by name when their data is of another vocabulary', () => {
    const contact = { type: 'contact.created', timestamp: '2026-06-09T15:59:00Z', data: { id: '1', type: 'contact', fullName: 'Rosa' } };
    expect(read(contact, { 'webhook-id': 'msg_1' }).rejected).toMatchObject([{ kind: 'contact.created' }]);
    expect(read({ ...contact, type: 'invoice.paid' }, { 'webhook-id': 'msg_1' }).rejected).toMatchObject([{ reason: 'kind: is not known' }]);
  });
});
