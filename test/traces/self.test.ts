import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NO_TRACING, startSelfTracing } from '../../exporter/traces/self.ts';
import type { SelfTracing } from '../../exporter/traces/self.ts';
import { startOtlpReceiver } from '../support/otlp.ts';
import type { OtlpReceiver } from '../support/otlp.ts';

let receiver: OtlpReceiver;
let tracing: SelfTracing = NO_TRACING;
beforeEach(async () => { receiver = await startOtlpReceiver(); });
afterEach(async () => {
  await tracing.shutdown();
  tracing = NO_TRACING;
  await receiver.close();
});

describe('own spans', () => {
  test('a span, its child and a recorded one arrive, and nothing but traces is sent', async () => {
    tracing = await startSelfTracing({ target: { url: receiver.url, environment: 'staging' }, version: '1.2.3', ratios: { 'webhook batch': 1 }, now: () => 1_000_000_000_250 });
    const answer = await tracing.span('rollup run', { rollup: 'hourly' }, () => tracing.span('trace export', {}, async () => 42));
    tracing.record('webhook batch', 0.25, { events: 3 });
    await tracing.shutdown();
    expect(answer).toBe(42);
    const spans = new Map(receiver.spans().map((span) => [span.name, span]));
    expect([...spans.keys()].sort()).toEqual(['rollup run', 'trace export', 'webhook batch']);
    expect(spans.get('trace export')).toMatchObject({ parentSpanId: spans.get('rollup run')!.spanId, traceId: spans.get('rollup run')!.traceId });
    expect(spans.get('webhook batch')).toMatchObject({ start: 1_000_000_000_000, end: 1_000_000_000_250, attributes: { events: 3 }, parentSpanId: '' });
    expect(new Set(receiver.requests.map((request) => request.path))).toEqual(new Set(['/v1/traces']));
    expect(spans.get('rollup run')!.resource).toEqual({ 'service.name': 'replywatch', 'service.namespace': 'replywatch', 'service.version': '1.2.3', 'deployment.environment.name': 'staging' });
  });

  test('an error passes through and leaves its kind, not its message', async () => {
    tracing = await startSelfTracing({ target: { url: receiver.url }, version: '1' });
    await expect(tracing.span('rollup run', {}, () => Promise.reject(Object.assign(new Error('row of Maria'), { code: '57014' })))).rejects.toThrow('row of Maria');
    await tracing.shutdown();
    expect(receiver.spans()).toMatchObject([{ status: 2, attributes: { 'error.type': '57014' } }]);
    expect(JSON.stringify(receiver.spans())).not.toContain('Maria');
  });

  test('a span names the first of what it had to do with', async () => {
    tracing = await startSelfTracing({ target: { url: receiver.url }, version: '1' });
    const about = Array.from({ length: 20 }, (_, i) => ({ traceId: String(i + 1).padStart(32, '0'), spanId: String(i + 1).padStart(16, '0'), traceFlags: 1 }));
    tracing.record('trace export', 0.1, {}, undefined, about);
    await tracing.shutdown();
    expect(receiver.spans()[0]?.links.map(({ traceId }) => traceId)).toEqual(about.slice(0, 16).map(({ traceId }) => traceId));
  });

  test('webhook batches are sampled, one in a hundred by default', async () => {
    let draw = 0;
    tracing = await startSelfTracing({ target: { url: receiver.url }, version: '1', random: () => (draw++ % 1000) / 1000 });
    for (let batch = 0; batch < 1000; batch++) tracing.record('webhook batch', 0.001, {});
    await tracing.shutdown();
    expect(receiver.spans()).toHaveLength(10);
  });

  test('without a target nothing is started, and work goes on', async () => {
    expect(await startSelfTracing({ target: undefined, version: '1' })).toBe(NO_TRACING);
    expect(await NO_TRACING.span('rollup run', {}, async () => 7)).toBe(7);
  });

  test.each([['off', 'undefined', 'not loaded'], ['on', "{ url: 'http://127.0.0.1:9/v1/traces' }", 'loaded']])('%s: the SDK is imported only when it is needed', (_what, target, loaded) => {
    const script = `
      import { registerHooks } from 'node:module';
      let seen = 'not loaded';
      registerHooks({ resolve(name, context, next) { if (name === '@opentelemetry/sdk-node') seen = 'loaded'; return next(name, context); } });
      const { startSelfTracing } = await import('./exporter/traces/self.ts');
      const tracing = await startSelfTracing({ target: ${target}, version: '1', graceMs: 0 });
      console.log(seen);
      await tracing.shutdown();`;
    expect(execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).trim()).toBe(loaded);
  });

  test('a backend that hangs does not hold up the exit', async () => {
    receiver.answer('hang');
    tracing = await startSelfTracing({ target: { url: receiver.url }, version: '1', graceMs: 200 });
    tracing.record('rollup run', 0.001, {});
    const from = Date.now();
    await tracing.shutdown();
    expect(Date.now() - from).toBeLessThan(1500);
  });
});
