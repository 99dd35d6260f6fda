import { SpanKind } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSpanWriter } from '../../exporter/traces/otlp-protobuf.ts';
import { ACTORS, type Span } from '../../exporter/traces/span.ts';
import { readableSpans } from '../support/readable-span.ts';
import { episodesOf, eventsOf, spansOf } from './histories.ts';
import { plain } from './stored.ts';

const hex = (bytes: number): fc.Arbitrary<string> => fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((id) => Buffer.from(id).toString('hex'));
// Lengths around 128 and 16,384, where one more byte of length begins.
const text = fc.oneof(fc.string(), fc.string({ unit: 'grapheme', maxLength: 60 }), fc.constantFrom(120, 127, 128, 129, 16_383, 16_384, 40_000).map((length) => 'ä€x'.repeat(length).slice(0, length)));
const value = fc.oneof(text, fc.boolean(), fc.integer(), fc.maxSafeInteger(), fc.double(), fc.constantFrom(0, -1, 127, 128, 2 ** 31, 2 ** 32 - 1, 2 ** 32, -(2 ** 63), 2 ** 63, 0.1));
const attributes = fc.dictionary(fc.string({ minLength: 1, maxLength: 40 }).map((key) => `k${key}`), value, { maxKeys: 6 });
// Names of their own: what a trace says of all its spans, none of them says again.
const shared = attributes.map((all) => Object.fromEntries(Object.entries(all).map(([key, each]) => [`shared.${key}`, each])));
const trace = fc.record({ traceId: hex(16), tracestate: fc.constantFrom('', 'ot=th:0', 'ot=th:c'), attributes: shared });
const time = fc.integer({ min: 0, max: 4_102_444_800_000 });

const spansOfTrace = trace.chain((own) => fc.array(fc.record<Span>({
  trace: fc.constant(own), id: hex(8), parent: fc.option(hex(8), { nil: undefined }), name: text, kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.PRODUCER), start: time, end: time,
  actor: fc.constantFrom(...ACTORS), attributes, failed: fc.boolean(), links: fc.array(fc.record({ traceId: hex(16), spanId: hex(8), attributes }), { maxLength: 3 }),
}), { maxLength: 8 }));

describe('spans as protobuf', () => {
  const bytesOf = (bytes: Uint8Array | undefined): string => Buffer.from(bytes!).toString('hex');

  test.each([undefined, 'staging'])('are byte for byte what the library writes (environment: %s)', (environment) => {
    const write = createSpanWriter(environment); // one for all runs, as it is used
    const readable = readableSpans(environment);
    fc.assert(fc.property(fc.array(spansOfTrace, { maxLength: 4 }).map((traces) => traces.flat()), (spans) => {
      expect(bytesOf(write(spans))).toBe(bytesOf(ProtobufTraceSerializer.serializeRequest(spans.map(readable))));
    }), { seed: 20_261_121, numRuns: 300 });
  });

  test('a request of more than two megabytes, and halves of characters, too', () => {
    const [span] = episodesOf(eventsOf(plain)).flatMap((told) => spansOf(told));
    const spans = Array.from({ length: 12_000 }, (_, i): Span => ({ ...span!, name: i % 2 === 0 ? `half \ud83d of ${i}` : `\udc00 ${'ä'.repeat(i % 90)}` }));
    const bytes = createSpanWriter()(spans);
    expect(bytes.length).toBeGreaterThan(2 ** 21);
    expect(bytesOf(bytes) === bytesOf(ProtobufTraceSerializer.serializeRequest(spans.map(readableSpans())))).toBe(true); // as texts they would be printed
  });

  test('the spans of a story, too, and what was written before is not touched', () => {
    const write = createSpanWriter();
    const spans = episodesOf(eventsOf(plain)).flatMap((told) => spansOf(told, { previousTraceId: 'a'.repeat(32) }));
    const first = write(spans);
    const expected = bytesOf(ProtobufTraceSerializer.serializeRequest(spans.map(readableSpans())));
    write(spans.toReversed());
    expect(bytesOf(first)).toBe(expected);
    expect(first.length).toBeGreaterThan(1_000);
  });
});
