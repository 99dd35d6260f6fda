import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTraceExporter } from '../../exporter/traces/exporter.ts';
import { spanBuilder } from '../../exporter/traces/span.ts';
import { startOtlpReceiver } from './otlp.ts';
import type { OtlpReceiver } from './otlp.ts';

let receiver: OtlpReceiver;
beforeEach(async () => { receiver = await startOtlpReceiver(); });
afterEach(() => receiver.close());

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const request = {
  resourceSpans: [{
    resource: { attributes: [{ key: 'service.name', value: { stringValue: 'agent' } }] },
    scopeSpans: [{ spans: [{
      traceId: TRACE, spanId: 'b7ad6b7169203331', name: 'agent turn', kind: 1, startTimeUnixNano: '1772445600000000000', endTimeUnixNano: '1772445660500000000',
      attributes: [{ key: 'n', value: { intValue: '-3' } }, { key: 'd', value: { doubleValue: 0.5 } }, { key: 'b', value: { boolValue: false } },
        { key: 'a', value: { arrayValue: { values: [{ stringValue: 'x' }] } } }],
      status: { code: 2 }, flags: 257,
    }] }],
  }],
};
const expected = {
  traceId: TRACE, spanId: 'b7ad6b7169203331', parentSpanId: '', traceState: '', flags: 257, name: 'agent turn', kind: 1, start: 1_772_445_600_000, end: 1_772_445_660_500,
  attributes: { n: -3, d: 0.5, b: false, a: ['x'] }, resource: { 'service.name': 'agent' }, links: [], status: 2,
};

describe('the receiver of tests', () => {
  test.each([['plain', Buffer.from(JSON.stringify(request)), {}], ['compressed', gzipSync(JSON.stringify(request)), { 'content-encoding': 'gzip' }]])('reads %s JSON', async (_how, body, headers) => {
    const response = await fetch(receiver.url, { method: 'POST', body: new Uint8Array(body), headers: { 'content-type': 'application/json', ...headers } });
    expect(response.status).toBe(200);
    expect(receiver.spans()).toEqual([expected]);
  });

  test.each(['none', 'gzip'] as const)('reads protobuf: the same span, the same values (compression: %s)', async (compression) => {
    const span = spanBuilder({ traceId: TRACE, tracestate: 'ot=th:8', attributes: { n: -3 } })({
      key: 'x', parentKey: 'p', name: 'agent turn', start: 1_772_445_600_000, end: 1_772_445_660_500, actor: 'agent', failed: true,
      attributes: { d: 0.5, b: false, a: 'x' }, links: [{ traceId: TRACE, spanId: 'b7ad6b7169203331', attributes: { l: 1 } }],
    });
    const exporter = createTraceExporter({ url: receiver.url, compression, headers: { authorization: 'Bearer token' } });
    expect(await new Promise((resolve) => exporter.export([span], resolve))).toMatchObject({ code: 0 });
    await exporter.shutdown();
    expect(receiver.requests[0]?.headers).toMatchObject({ authorization: 'Bearer token', ...(compression === 'gzip' ? { 'content-encoding': 'gzip' } : {}) });
    expect(receiver.spans()).toEqual([{
      ...expected, spanId: span.id, parentSpanId: span.parent, traceState: 'ot=th:8', attributes: { ...expected.attributes, a: 'x' },
      resource: { 'service.name': 'agent', 'service.namespace': 'conversations' }, links: [{ traceId: TRACE, spanId: 'b7ad6b7169203331', flags: 257, attributes: { l: 1 } }],
    }]);
  });
});
