import type { z } from 'zod';
import { KEEP_RULES } from '../core/trace-job.ts';
import { LOG_LEVELS, count, deploymentEnvironment, flag, headerList, host, httpUrl, key, measurementId, oneOf, path, port, postgresUrl, secretList, signingSecrets, share, someOf, token, digits } from './values.ts';

/** One environment variable: the only place that knows its name, form, default and help. */
export interface Variable<N extends string = string, S extends z.ZodType<unknown, string> = z.ZodType<unknown, string>, D extends string | undefined = string | undefined> {
  readonly name: N;
  readonly group: 'Storage' | 'Webhooks' | 'Platforms' | 'Telemetry' | 'Privacy' | 'Traces' | 'Running';
  /** One or two sentences for the documentation. */
  readonly help: string;
  /** Form and meaning of the text; its messages say what would be right. */
  readonly parse: S;
  /** As one would write it; undefined when the variable may be absent. */
  readonly default: D;
  /** What stands in for the default in the documentation when there is none, or when the default depends on something. */
  readonly otherwise?: string;
  /** A secret is never shown, not even by `check`. */
  readonly secret: boolean;
  /** A value that passes, for `.env.example`. */
  readonly example?: string;
}

/** Every variable, in the order of the documentation. */
export const VARIABLES = [
  row({
    name: 'DATABASE_URL', group: 'Storage', secret: true, default: undefined, parse: postgresUrl,
    otherwise: 'the bundled Postgres, in the data directory', example: 'postgresql://replywatch:change-me@localhost:5432/replywatch',
    help: 'Postgres 15 or newer. Setting it makes this the production service: no demo runs.',
  }),
  row({
    name: 'REPLYWATCH_DATA_DIR', group: 'Storage', secret: false, default: './data', parse: path,
    help: 'Keeps the bundled Postgres, the keys and the spool. It belongs in the backup.',
  }),
  row({
    name: 'REPLYWATCH_CONFIG', group: 'Running', secret: false, default: undefined, parse: path, otherwise: './replywatch.yml when it exists', example: './replywatch.yml',
    help: 'The optional file with inboxes, opening hours, teams, targets and sources.',
  }),
  row({
    name: 'LOG_LEVEL', group: 'Running', secret: false, default: 'info', parse: oneOf(LOG_LEVELS),
    help: `One of ${LOG_LEVELS.join(', ')}.`,
  }),
  row({
    name: 'REPLYWATCH_COMPANIONS', group: 'Running', secret: false, default: 'auto', parse: oneOf(['auto', 'off']),
    help: '`auto`: with the bundled Postgres, `npm start` also starts Prometheus, Alertmanager, Grafana and a trace viewer where it finds them. `off`: the exporter alone.',
  }),
  row({
    name: 'REPLYWATCH_DEMO_ALERT_WEBHOOK', group: 'Running', secret: false, default: undefined, parse: httpUrl, otherwise: 'alerts of the demo go nowhere', example: 'http://localhost:9095/alerts',
    help: 'Where the demo’s Alertmanager posts every alert, as JSON. Only `npm start` without configuration, and `replywatch demo`, read it.',
  }),
  row({
    name: 'WEBHOOK_HOST', group: 'Webhooks', secret: false, default: '0.0.0.0', parse: host,
    help: 'Address the webhook port listens on.',
  }),
  row({
    name: 'WEBHOOK_PORT', group: 'Webhooks', secret: false, default: '8080', parse: port,
    help: 'Port for providers and for `POST /v1/events`. 0 takes any free port.',
  }),
  row({
    name: 'PUBLIC_URL', group: 'Webhooks', secret: false, default: undefined, parse: httpUrl, example: 'https://replywatch.example.com',
    help: 'Address at which providers reach the webhook port. Needed where a provider signs the address; used for tracked links.',
  }),
  row({
    name: 'EVENTS_TOKEN', group: 'Webhooks', secret: true, default: undefined, parse: secretList, otherwise: '`/v1/events` is closed', example: 'long-random-text',
    help: 'Bearer token for `POST /v1/events`. Counts as a configured source.',
  }),
  row({
    name: 'EVENTS_SECRET', group: 'Webhooks', secret: true, default: undefined, parse: signingSecrets, otherwise: 'no signatures are taken', example: 'whsec_output-of-openssl-rand-base64-32',
    help: 'Signing secret (`whsec_…`), or public key (`whpk_…`), of senders that sign as Standard Webhooks on `POST /v1/events`. Counts as a configured source.',
  }),
  row({
    name: 'CHATWOOT_DATABASE_URL', group: 'Platforms', secret: true, default: undefined, parse: postgresUrl, otherwise: '`import chatwoot` has nothing to read', example: 'postgresql://reader:change-me@localhost:5432/chatwoot_production',
    help: 'Database of a Chatwoot installation, for `replywatch import chatwoot`. A role that may only read is enough, and best.',
  }),
  row({
    name: 'CHATWOOT_API_URL', group: 'Platforms', secret: false, default: undefined, parse: httpUrl, otherwise: 'nothing is pulled', example: 'https://app.chatwoot.com',
    help: 'Chatwoot, for pulling ratings, presence and missed messages from its API (docs/pull.md). Goes with CHATWOOT_API_TOKEN and CHATWOOT_ACCOUNT_ID.',
  }),
  row({
    name: 'CHATWOOT_API_TOKEN', group: 'Platforms', secret: true, default: undefined, parse: token, example: 'access-token-of-an-administrator',
    help: 'Access token of an administrator of that Chatwoot account (Profile settings).',
  }),
  row({
    name: 'CHATWOOT_ACCOUNT_ID', group: 'Platforms', secret: false, default: undefined, parse: digits, example: '1',
    help: 'Number of the Chatwoot account, as in its addresses. `import chatwoot` reads this account alone when it is set.',
  }),
  row({
    name: 'ZENDESK_API_URL', group: 'Platforms', secret: false, default: undefined, parse: httpUrl, otherwise: 'nothing is pulled', example: 'https://example.zendesk.com',
    help: 'Zendesk, for pulling ratings, presence and solved tickets from its API (docs/pull.md). Goes with ZENDESK_API_USER and ZENDESK_API_TOKEN.',
  }),
  row({
    name: 'ZENDESK_API_USER', group: 'Platforms', secret: false, default: undefined, parse: token, example: 'admin@example.com',
    help: 'E-mail address of the administrator whom the API token stands for.',
  }),
  row({
    name: 'ZENDESK_API_TOKEN', group: 'Platforms', secret: true, default: undefined, parse: token, example: 'api-token-of-your-account',
    help: 'API token (Admin Center > Apps and integrations > APIs).',
  }),
  row({
    name: 'WHATSAPP_BUSINESS_ACCOUNT_ID', group: 'Platforms', secret: false, default: undefined, parse: digits, otherwise: 'nothing is pulled', example: '102290129340398',
    help: 'WhatsApp Business account, for pulling template and pricing analytics (docs/pull.md). Goes with WHATSAPP_ACCESS_TOKEN.',
  }),
  row({
    name: 'WHATSAPP_ACCESS_TOKEN', group: 'Platforms', secret: true, default: undefined, parse: token, example: 'token-of-a-system-user',
    help: 'Token of a system user with `whatsapp_business_management`.',
  }),
  row({
    name: 'WHATSAPP_API_URL', group: 'Platforms', secret: false, default: 'https://graph.facebook.com/v23.0', parse: httpUrl,
    help: 'Meta’s Graph API with its version.',
  }),
  row({
    name: 'HUBSPOT_ACCESS_TOKEN', group: 'Platforms', secret: true, default: undefined, parse: token, otherwise: 'nothing is pulled', example: 'access-token-of-a-private-app',
    help: 'Token of a private app of HubSpot with the scope `conversations.read`, for pulling messages (docs/pull.md).',
  }),
  row({
    name: 'HUBSPOT_API_URL', group: 'Platforms', secret: false, default: 'https://api.hubapi.com', parse: httpUrl,
    help: 'HubSpot’s API.',
  }),
  row({
    name: 'PULL_PAST_DAYS', group: 'Platforms', secret: false, default: '7', parse: count(0, 3_650, 'days'),
    help: 'How many days of the past the first reading of an API brings. They move no counter.',
  }),
  row({
    name: 'GA4_MEASUREMENT_ID', group: 'Platforms', secret: false, default: undefined, parse: measurementId, otherwise: 'nothing is forwarded', example: 'G-TEAPOT1234',
    help: 'Google Analytics 4 property to tell of clicks and conversions: docs/google-analytics.md. Needs GA4_API_SECRET.',
  }),
  row({
    name: 'GA4_API_SECRET', group: 'Platforms', secret: true, default: undefined, parse: token, example: 'secret-of-the-measurement-protocol',
    help: 'API secret of its Measurement Protocol (Admin > Data streams > your stream).',
  }),
  row({
    name: 'GA4_URL', group: 'Platforms', secret: false, default: 'https://www.google-analytics.com', parse: httpUrl,
    help: 'Receiver of the Measurement Protocol; `https://region1.google-analytics.com` keeps it in the EU.',
  }),
  row({
    name: 'TELEMETRY_HOST', group: 'Telemetry', secret: false, default: '127.0.0.1', parse: host,
    help: 'Address the telemetry port listens on. The container image sets 0.0.0.0.',
  }),
  row({
    name: 'TELEMETRY_PORT', group: 'Telemetry', secret: false, default: '9877', parse: port,
    help: 'Port of `/metrics`, health, runbooks and the status page. 0 takes any free port.',
  }),
  row({
    name: 'GRAFANA_URL', group: 'Telemetry', secret: false, default: undefined, parse: httpUrl, otherwise: 'no links', example: 'https://grafana.example.com',
    help: 'Grafana with a Tempo data source of uid `tempo`; pages of episodes then link to their traces there.',
  }),
  row({
    name: 'TELEMETRY_TOKEN', group: 'Telemetry', secret: true, default: undefined, parse: secretList, otherwise: 'no authentication', example: 'long-random-text',
    help: 'Bearer token, or password with any user name, that everything on the telemetry port then asks for.',
  }),
  row({
    name: 'PSEUDONYM_KEY', group: 'Privacy', secret: true, default: undefined, parse: key, otherwise: 'made once in the data directory', example: 'output-of-openssl-rand-hex-32-goes-here',
    help: 'Turns customer and conversation ids into pseudonyms. At least 16 characters, equal on every replica, never changed.',
  }),
  row({
    name: 'TRACE_KEY', group: 'Privacy', secret: true, default: undefined, parse: key, otherwise: 'made once in the data directory', example: 'another-output-of-openssl-rand-hex-32',
    help: 'Derives trace ids from conversations. At least 16 characters, equal on every replica, never changed.',
  }),
  row({
    name: 'TEXT_KEY', group: 'Privacy', secret: true, default: undefined, parse: key, otherwise: 'no text is kept', example: 'a-third-output-of-openssl-rand-hex-32',
    help: 'Encrypts texts while `texts.keep_days` keeps them. At least 16 characters, equal on every replica; apart from the other keys, so that it can be destroyed alone.',
  }),
  row({
    name: 'SCORER_TOKEN', group: 'Running', secret: true, default: undefined, parse: key, otherwise: 'no token is sent', example: 'long-random-text',
    help: 'Bearer token for the sentiment scorer of `scorer.url`.',
  }),
  row({
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT', group: 'Traces', secret: false, default: undefined, parse: httpUrl, otherwise: 'no traces leave', example: 'http://localhost:4318',
    help: 'OTLP/HTTP receiver of the traces; `/v1/traces` is added.',
  }),
  row({
    name: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', group: 'Traces', secret: false, default: undefined, parse: httpUrl, example: 'http://localhost:4318/v1/traces',
    help: 'The same as a complete address; wins over the one above.',
  }),
  row({
    name: 'OTEL_EXPORTER_OTLP_HEADERS', group: 'Traces', secret: true, default: undefined, parse: headerList, example: 'authorization=Bearer%20token',
    help: 'Headers for the receiver: `name=value`, separated by commas, values percent-encoded.',
  }),
  row({
    name: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', group: 'Traces', secret: true, default: undefined, parse: headerList, example: 'x-scope-orgid=team-a',
    help: 'The same for traces only; a header named in both takes this value.',
  }),
  row({
    name: 'OTEL_EXPORTER_OTLP_TIMEOUT', group: 'Traces', secret: false, default: '10000', parse: count(1, 600_000, 'milliseconds'),
    help: 'How long one export may take, in milliseconds.',
  }),
  row({
    name: 'OTEL_EXPORTER_OTLP_COMPRESSION', group: 'Traces', secret: false, default: 'none', parse: oneOf(['none', 'gzip']),
    help: 'One of none, gzip.',
  }),
  row({
    name: 'OTEL_EXPORTER_OTLP_PROTOCOL', group: 'Traces', secret: false, default: 'http/protobuf', parse: oneOf(['http/protobuf']),
    help: 'Only http/protobuf is spoken; receivers usually take it on port 4318.',
  }),
  row({
    name: 'OTEL_RESOURCE_ATTRIBUTES', group: 'Traces', secret: false, default: undefined, parse: deploymentEnvironment, otherwise: 'no environment', example: 'deployment.environment.name=staging',
    help: 'Of these standard attributes `deployment.environment.name` is taken, equal on every replica, and stands on every span.',
  }),
  row({
    name: 'TRACE_KEEP_RATIO', group: 'Traces', secret: false, default: '1', parse: share,
    help: 'Share of ordinary conversations whose trace is kept, 0 to 1, equal on every replica.',
  }),
  row({
    name: 'TRACE_KEEP_RULES', group: 'Traces', secret: false, default: KEEP_RULES.join(','), parse: someOf(KEEP_RULES),
    help: 'What keeps a trace whatever the ratio: a delivery that failed, a first response or an assignment later than `sla_frt`, a message that sounds negative, a score of 1 or 2, a customer who was left without an answer, one who came back. `none` keeps by ratio alone.',
  }),
  row({
    name: 'TRACE_SELF_RATIO', group: 'Traces', secret: false, default: '0.01', parse: share,
    help: 'Share of the exporter’s own webhook batches and scrapes that leave a span, 0 to 1. Its rollup runs and trace exports always do.',
  }),
  row({
    name: 'OTEL_SDK_DISABLED', group: 'Traces', secret: false, default: 'false', parse: flag,
    help: 'true sends no traces, whatever the endpoint.',
  }),
] as const;

type AnyVariable = (typeof VARIABLES)[number];

/** Parsed values by variable name; undefined where neither the variable nor a default is there. */
export type Values = {
  readonly [V in AnyVariable as V['name']]: V['default'] extends string ? z.output<V['parse']> : z.output<V['parse']> | undefined;
};

/** The secret variable of a source: `WHATSAPP_APP_SECRET` for the secret `app_secret` of `whatsapp`. */
export const secretVariable = (source: string, secret: string): string => `${source}_${secret}`.replaceAll(/[^A-Za-z0-9]/g, '_').toUpperCase();

/** Standard variables that the OpenTelemetry library reads by itself: known, so not reported as a slip. */
export const READ_ELSEWHERE: readonly string[] = ['OTEL_EXPORTER_OTLP_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE', 'OTEL_EXPORTER_OTLP_CLIENT_KEY'];

function row<const N extends string, S extends z.ZodType<unknown, string>, const D extends string | undefined>(variable: Variable<N, S, D>): Variable<N, S, D> {
  return variable;
}
