import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { certificateEnd, startSurroundings } from '../exporter/surroundings.ts';
import { until } from './support/until.ts';

/** Made for this test, trusted by nobody; ends 2126-10-28 16:59:41 UTC. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3343nNY7kSNt7sxi
F5CdxNgA1MRtuKtkajF2bdBV8rChRANCAATB9SQ/ZHfTlgX234JmSNVMs3O8yzUv
SRO9NCBnpJyZjuVhTxIzb5HMVWGzn/tZ83zRttpR1xY2mXGwVp3QM19D
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIURo7df1HEy8kPH7X34CQjBe5EfdQwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE2NTk0MVoYDzIxMjYxMDI4
MTY1OTQxWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATB9SQ/ZHfTlgX234JmSNVMs3O8yzUvSRO9NCBnpJyZjuVhTxIzb5HM
VWGzn/tZ83zRttpR1xY2mXGwVp3QM19Do2kwZzAdBgNVHQ4EFgQU/g/3CnB/qJ2q
ME9SRhAr2X4UBu0wHwYDVR0jBBgwFoAU/g/3CnB/qJ2qME9SRhAr2X4UBu0wDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIhAN38ANWPBfxgUyEnZ6Ubx0Ji5ZijX/JY/Q8qbLLbaM16AiAXCW5qIw/x
r2vj+NmJRsh915B7vavXtdE5jRX031Sijg==
-----END CERTIFICATE-----`;
const ENDS_AT = Date.UTC(2126, 9, 28, 16, 59, 41);

const server = createServer({ key: KEY, cert: CERTIFICATE });
let port: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = String((server.address() as AddressInfo).port); // a TCP listener has an AddressInfo
});
afterAll(() => { server.close(); });

it('reads when the certificate of an address ends, also of one that nobody trusts', async () => {
  expect(await certificateEnd({ hostname: 'localhost', port })).toBe(ENDS_AT);
});

it('says so when nobody answers with one', async () => {
  await expect(certificateEnd({ hostname: '127.0.0.1', port: '1' })).rejects.toThrow();
});

it('tells of the disk and of the certificate, and ends at once', async () => {
  const seen: Record<string, number> = {};
  const errors: unknown[] = [];
  const running = startSurroundings({
    dataDir: tmpdir(), publicUrl: `https://localhost:${port}`, onError: (error) => errors.push(error),
    metrics: { disk: (free, size) => { seen.free = free; seen.size = size; }, certificate: (host, endsAt) => { seen[host] = endsAt; } },
  });
  await until('both were looked at', () => 'free' in seen && 'localhost' in seen);
  await running.stop();
  expect(seen.localhost).toBe(ENDS_AT);
  expect(seen.free).toBeGreaterThan(0);
  expect(seen.free).toBeLessThan(seen.size ?? 0);
  expect(errors).toEqual([]);
});

it('asks no address that has no certificate', async () => {
  const hosts: string[] = [];
  const free: number[] = [];
  const running = startSurroundings({ dataDir: tmpdir(), publicUrl: 'http://localhost:1', onError: () => undefined, metrics: { disk: (bytes) => free.push(bytes), certificate: (host) => hosts.push(host) } });
  await until('the disk was looked at', () => free.length > 0);
  await running.stop();
  expect(hosts).toEqual([]);
});
