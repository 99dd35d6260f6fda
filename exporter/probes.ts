import { existsSync } from 'node:fs';
import type { Probes, Reached } from './check.ts';
import { ConfigError } from './config/problem.ts';
import { notWritable } from './data-directory.ts';
import { loadKeys } from './keys.ts';
import { inspectDatabase } from './store/inspect.ts';

const TIMEOUT_MS = 5_000;

/** The real outside. Nothing is created but, where the data directory exists, the keys that are missing. */
export const PROBES: Probes = {
  database: (url) => inspectDatabase(url, TIMEOUT_MS).catch((error: unknown) => ({ reason: reasonOf(error) })),
  // An export without spans is an empty message: every receiver takes it and keeps nothing.
  traces: (url, headers) => reach(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/x-protobuf' }, body: new Uint8Array() }),
  address: (url) => reach(url, { redirect: 'manual' }),
  platform: (url, headers) => reach(url, { headers, redirect: 'error' }),
  writable: notWritable,
  keys: (config) => {
    if (!existsSync(config.dataDir)) return []; // made on start, together with the directory
    try {
      loadKeys(config.dataDir, config);
      return [];
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
  },
};

async function reach(url: string, request: RequestInit): Promise<Reached> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
    await response.body?.cancel();
    return { status: response.status };
  } catch (error) {
    return { reason: reasonOf(error) };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there', ENOTFOUND: 'the name is not known', EAI_AGAIN: 'the name cannot be looked up', ECONNRESET: 'the connection was cut', ETIMEDOUT: 'no answer',
  '28P01': 'the password is wrong', '28000': 'this user may not connect', '3D000': 'the database does not exist', '57P03': 'it is starting up', '42501': 'this role may not read our tables',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed', SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed', CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name', UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate chain is not complete',
};

/** In words, from the code alone: messages of drivers quote addresses, users and passwords. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error.name === 'TimeoutError' || /timeout|timed out/i.test(error.message)) return 'no answer in 5 s';
  if (error.message === 'bad port') return 'HTTP clients refuse this port'; // fetch keeps a list and gives no code
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code !== undefined) return REASONS[code] ?? code;
  return error.cause !== undefined || first !== undefined ? reasonOf(error.cause ?? first) : error.name;
}
