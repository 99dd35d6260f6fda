/** Reads docker-compose.yml and knows the part of the Compose specification that it may use. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

export const ROOT = path.resolve(import.meta.dirname, '../..');

export interface Service {
  readonly image: string; readonly user?: string; readonly read_only?: boolean; readonly profiles?: readonly string[]; readonly restart?: string;
  readonly cap_drop?: readonly string[]; readonly cap_add?: readonly string[]; readonly security_opt?: readonly string[];
  readonly logging?: { readonly driver: string; readonly options?: Readonly<Record<string, string>> };
  readonly environment?: Readonly<Record<string, string>>; readonly secrets?: readonly string[]; readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[]; readonly ports?: readonly string[]; readonly networks?: readonly string[]; readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly mem_limit?: string; readonly build?: string; readonly extra_hosts?: readonly string[];
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, Service>>; readonly volumes: Readonly<Record<string, object>>;
  readonly networks: Readonly<Record<string, object>>; readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** The file as Compose sees it: anchors and merge keys resolved, `${NAME-default}` as with an empty environment. */
export async function readCompose(): Promise<ComposeFile> {
  const text = await readFile(path.join(ROOT, 'docker-compose.yml'), 'utf8');
  return interpolate(parse(text, { merge: true })) as ComposeFile; // whose form the schema below checks
}

/** Compose's own interpolation, in the one form we use; it never makes a text anything but a text. */
function interpolate(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/\$\{\w+-([^}]*)\}/g, (_, otherwise: string) => otherwise);
  if (Array.isArray(value)) return value.map(interpolate);
  return value !== null && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, interpolate(inner)])) : value;
}

const duration = { type: 'string', pattern: '^(\\d+(ms|s|m|h))+$' } as const;
const names = { type: 'array', items: { type: 'string' }, uniqueItems: true } as const;
const size = { type: 'string', pattern: '^\\d+[bkmg]$' } as const;
const strings = { type: 'object', additionalProperties: { type: 'string' } } as const; // numbers and booleans would need quotes

/** The keys and forms of the Compose specification we use; anything else is a slip or needs a line here. */
export const SCHEMA = {
  type: 'object', required: ['name', 'services', 'volumes', 'networks', 'secrets'], additionalProperties: false,
  patternProperties: { '^x-': {} },
  properties: {
    name: { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' },
    services: { type: 'object', additionalProperties: {
      type: 'object', required: ['image'], additionalProperties: false,
      properties: {
        image: { type: 'string' }, build: { type: 'string' }, user: { type: 'string' }, init: { type: 'boolean' }, profiles: names,
        restart: { enum: ['no', 'always', 'on-failure', 'unless-stopped'] }, read_only: { type: 'boolean' }, cap_drop: names, cap_add: names, security_opt: names,
        logging: { type: 'object', required: ['driver'], additionalProperties: false, properties: { driver: { type: 'string' }, options: strings } },
        environment: strings, secrets: names, volumes: names, tmpfs: names, networks: names, command: { type: 'array', items: { type: 'string' } },
        extra_hosts: { type: 'array', items: { type: 'string', pattern: '^[a-z][a-z-]*:' } },
        ports: { type: 'array', items: { type: 'string', pattern: '^([\\d.]+:)?\\d+:\\d+(/(tcp|udp))?$' }, uniqueItems: true },
        depends_on: { type: 'object', additionalProperties: { type: 'object', required: ['condition'], additionalProperties: false,
          properties: { condition: { enum: ['service_started', 'service_healthy', 'service_completed_successfully'] } } } },
        healthcheck: { type: 'object', additionalProperties: false, properties: {
          disable: { type: 'boolean' }, test: { type: 'array', items: { type: 'string' }, minItems: 2 }, interval: duration, timeout: duration, start_period: duration, retries: { type: 'integer', minimum: 1 } } },
        stop_grace_period: duration, mem_limit: size, shm_size: size, ulimits: { type: 'object', additionalProperties: { type: 'integer' } },
      },
    } },
    networks: { type: 'object', additionalProperties: { type: 'object', additionalProperties: false, properties: { internal: { type: 'boolean' } } } },
    volumes: { type: 'object', additionalProperties: { type: 'object', maxProperties: 0 } },
    secrets: { type: 'object', additionalProperties: { type: 'object', required: ['file'], additionalProperties: false, properties: { file: { type: 'string', pattern: '^\\./secrets/' } } } },
  },
} as const;
