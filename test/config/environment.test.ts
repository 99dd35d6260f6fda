import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../exporter/config.ts';
import { telegram } from '../../exporter/sources/telegram.ts';
import { zohoCrm } from '../../exporter/sources/zoho-crm.ts';
import { PIGEON, directory, load, problems, type Given } from './given.ts';

const WHSEC = `whsec_${Buffer.from('teapot-teapot-teapot-teapot').toString('base64')}`;

describe('values from the environment', () => {
  test('without anything it is a demo with the documented defaults', () => {
    const dir = directory();
    const config = loadConfig({ env: {}, sources: [PIGEON], cwd: dir });
    expect(config).toMatchObject({
      mode: 'demo', dataDir: `${dir}/data`, webhook: { host: '0.0.0.0', port: 8080 }, telemetry: { host: '127.0.0.1', port: 9877, tokens: [] },
      keys: {}, eventsTokens: [], logLevel: 'info', sources: [], agentsLabel: true, warnings: [],
    });
    expect(Object.keys(config)).not.toContain('databaseUrl');
    expect(config.settings.settleSeconds).toBe(5);
  });

  const modes: readonly [string, Given, 'demo' | 'production'][] = [
    ['a database makes it production', { env: { DATABASE_URL: 'postgres://a:b@db/x' } }, 'production'],
    ['a source makes it production', { env: { BOTTLE_MAIL_KEY: 'k' } }, 'production'],
    ['an events token makes it production', { env: { EVENTS_TOKEN: 'long-enough-token' } }, 'production'],
    ['a source that is switched off does not', { env: { BOTTLE_MAIL_KEY: 'k' }, files: { 'replywatch.yml': 'sources: {bottle-mail: {enabled: false}}' } }, 'demo'],
    ['a variable that is set to nothing does not', { env: { DATABASE_URL: '', EVENTS_TOKEN: ' ' } }, 'demo'],
    ['ports and inboxes do not', { env: { WEBHOOK_PORT: '0' }, files: { 'replywatch.yml': 'inboxes: [{source: pigeon, id: "1"}]' } }, 'demo'],
  ];
  test.each(modes)('%s', (_sentence, given, mode) => {
    const config = load(given);
    expect(config.mode).toBe(mode);
    expect(config.settings.settleSeconds).toBe(mode === 'demo' ? 5 : 60);
  });

  test('the demo can be asked for beside a configured source', () => {
    expect(loadConfig({ env: { BOTTLE_MAIL_KEY: 'k' }, sources: [PIGEON], cwd: directory(), mode: 'demo' }).mode).toBe('demo');
  });

  test('port 0 is any free port', () => {
    expect(load({ env: { WEBHOOK_PORT: '0', TELEMETRY_PORT: '0' } })).toMatchObject({ webhook: { port: 0 }, telemetry: { port: 0 } });
  });

  test('a secret may hold several values, by commas or new lines', () => {
    const config = load({ env: { BOTTLE_MAIL_KEY: ' new,old ,new', EVENTS_TOKEN_FILE: 'token' }, files: { token: 'first-token-of-all\nsecond-token-of-all\n\n' } });
    expect(config.sources).toEqual([{ id: 'bottle-mail', title: 'Bottle Mail', secrets: { key: ['new', 'old'] } }]);
    expect(config.eventsTokens).toEqual(['first-token-of-all', 'second-token-of-all']);
  });

  test('secrets of a form of their own are taken as they are', () => {
    const whpk = `whpk_${Buffer.alloc(32, 7).toString('base64')}`;
    const config = load({ env: { EVENTS_SECRET: `${WHSEC},${whpk}`, ZOHO_CRM_TOKEN: 'z'.repeat(50), TELEGRAM_SECRET_TOKEN: 'kettle_1\nkettle-2' }, sources: [zohoCrm, telegram] });
    expect(config.eventsSecrets).toEqual([WHSEC, whpk]);
    expect(config.sources.map(({ secrets }) => secrets)).toEqual([{ token: ['z'.repeat(50)] }, { secret_token: ['kettle_1', 'kettle-2'] }]);
  });

  test('NAME_FILE gives the trimmed content of a file', () => {
    expect(load({ env: { DATABASE_URL_FILE: 'secrets/db' }, files: { 'secrets/db': '  postgresql://u:p@h/d\n' } }).databaseUrl).toBe('postgresql://u:p@h/d');
  });

  test('traces go to the endpoint with /v1/traces, with the headers of both variables', () => {
    expect(load({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318/', OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20x, a=1', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'a=2' } }).otlp)
      .toEqual({ url: 'http://otel:4318/v1/traces', headers: { authorization: 'Bearer x', a: '2' }, timeoutSeconds: 10, compression: 'none' });
    expect(load({ env: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://otel/in' } }).otlp?.url).toBe('https://otel/in');
    expect(load({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel:4318', OTEL_SDK_DISABLED: 'true' } }).otlp).toBeUndefined();
  });
});

describe('what is kept of traces', () => {
  test('everything and by every rule, unless said otherwise', () => {
    expect(load({}).traces).toEqual({ keepRatio: 1, keepRules: ['delivery_failed', 'first_response_late', 'queue_late', 'negative_sentiment', 'unhappy', 'abandoned', 'reopened'], selfRatio: 0.01 });
    expect(load({ env: { TRACE_KEEP_RATIO: '.25', TRACE_KEEP_RULES: 'reopened, Delivery_Failed', TRACE_SELF_RATIO: '0' } }).traces)
      .toEqual({ keepRatio: 0.25, keepRules: ['delivery_failed', 'reopened'], selfRatio: 0 });
    expect(load({ env: { TRACE_KEEP_RULES: 'none' } }).traces.keepRules).toEqual([]);
  });
});

describe('values that are refused', () => {
  const rows: readonly [string, Given, RegExp][] = [
    ['a port beyond the last', { env: { WEBHOOK_PORT: '65536' } }, /^WEBHOOK_PORT: must be a whole number from 0 to 65535/],
    ['a share above one', { env: { TRACE_KEEP_RATIO: '1.5' } }, /^TRACE_KEEP_RATIO: must be a number from 0 to 1/],
    ['a rule that does not exist', { env: { TRACE_KEEP_RULES: 'reopend' } }, /^TRACE_KEEP_RULES: must be none, or some of .* \(did you mean "reopened"\?\)/],
    ['a port with a fraction', { env: { TELEMETRY_PORT: '80.5' } }, /^TELEMETRY_PORT: must be a whole number/],
    ['a host with a port', { env: { WEBHOOK_HOST: 'localhost:8080' } }, /^WEBHOOK_HOST: must be a host name or address alone/],
    ['a database of another make', { env: { DATABASE_URL: 'mysql://u:hush@h/d' } }, /^DATABASE_URL: must be postgres:\/\//],
    ['a public address without scheme', { env: { PUBLIC_URL: 'replywatch.example.com' } }, /^PUBLIC_URL: must be an address such as https/],
    ['a public address with a password', { env: { PUBLIC_URL: 'https://u:hush@h' } }, /^PUBLIC_URL: must be an address such as/],
    ['a log level with a slip', { env: { LOG_LEVEL: 'wran' } }, /^LOG_LEVEL: must be one of .*\(did you mean "warn"\?\)$/],
    ['a signing secret without its prefix', { env: { EVENTS_SECRET: 'hush' } }, /^EVENTS_SECRET: must be whsec_ and base64/],
    ['a signing secret without a key', { env: { EVENTS_SECRET: `${WHSEC},whsec_hush` } }, /^EVENTS_SECRET: must be whsec_ and base64/],
    ['half a public key', { env: { EVENTS_SECRET: `whpk_${'hush'.repeat(8)}` } }, /^EVENTS_SECRET: must be whsec_ and base64/],
    ['a token longer than Zoho takes', { env: { ZOHO_CRM_TOKEN: `old, hush${'h'.repeat(47)}` }, sources: [zohoCrm] }, /^ZOHO_CRM_TOKEN: must have at most 50 characters/],
    ['a token of letters that Telegram refuses', { env: { TELEGRAM_SECRET_TOKEN: 'hush!' }, sources: [telegram] }, /^TELEGRAM_SECRET_TOKEN: must consist of A-Z/],
    ['a key that can be guessed', { env: { PSEUDONYM_KEY: 'hush' } }, /^PSEUDONYM_KEY: must have at least 16 characters/],
    ['a protocol that is not spoken', { env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' } }, /^OTEL_EXPORTER_OTLP_PROTOCOL: must be http\/protobuf$/],
    ['headers without a name', { env: { OTEL_EXPORTER_OTLP_HEADERS: '=hush' } }, /^OTEL_EXPORTER_OTLP_HEADERS: must be name=value pairs/],
    ['both forms of a variable', { env: { EVENTS_TOKEN: 'hush', EVENTS_TOKEN_FILE: 'x' } }, /^EVENTS_TOKEN: is set, and EVENTS_TOKEN_FILE as well: keep one of them$/],
    ['a secret file that is not there', { env: { EVENTS_TOKEN_FILE: 'nowhere' } }, /^EVENTS_TOKEN_FILE: cannot read .*\/nowhere: it does not exist$/],
    ['a secret file that is a directory', { env: { EVENTS_TOKEN_FILE: '.' } }, /^EVENTS_TOKEN_FILE: cannot read .*: it is a directory$/],
    ['a secret file without content', { env: { EVENTS_TOKEN_FILE: 'empty' }, files: { empty: '\n' } }, /^EVENTS_TOKEN_FILE: .*\/empty is empty: put the value of EVENTS_TOKEN in it$/],
    ['a configuration file that is named and missing', { env: { REPLYWATCH_CONFIG: 'other.yml' } }, /^REPLYWATCH_CONFIG: cannot read .*other\.yml: it does not exist$/],
    ['a source with one of two secrets', { env: { PIGEON_APP_SECRET: 'hush' } }, /^PIGEON_APP_SECRET: Pigeon Post is half set: it also needs PIGEON_VERIFY_TOKEN/],
    ['a source with only what refines it', { env: { PIGEON_EXTRA: 'hush' } }, /^PIGEON_EXTRA: Pigeon Post is half set: it also needs PIGEON_APP_SECRET and PIGEON_VERIFY_TOKEN/],
    ['a source that is wanted and has no secret', { files: { 'replywatch.yml': 'sources:\n  bottle-mail:\n    enabled: true\n' } },
      /^replywatch\.yml:3 sources\.bottle-mail\.enabled: Bottle Mail cannot start: set BOTTLE_MAIL_SECRET, or BOTTLE_MAIL_KEY$/],
  ];
  test.each(rows)('%s', (_sentence, given, message) => {
    const found = problems(given);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(message);
    expect(found[0]).not.toContain('hush');
  });

  test('every problem of environment and file comes at once', () => {
    const found = problems({
      env: { WEBHOOK_PORT: 'http', LOG_LEVEL: 'loud', DATABASE_URL: 'localhost', PIGEON_VERIFY_TOKEN: 'x' },
      files: { 'replywatch.yml': 'tz: Mars/Olympus\nsettings: {inactivity_close: soon}\ninbox: []\n' },
    });
    expect(found.map((each) => each.replace(/: .*/, ''))).toEqual(
      ['DATABASE_URL', 'LOG_LEVEL', 'WEBHOOK_PORT', 'replywatch.yml:3 inbox', 'replywatch.yml:1 tz', 'replywatch.yml:2 settings.inactivity_close', 'PIGEON_VERIFY_TOKEN']);
  });
});

describe('values that are probably not meant', () => {
  const rows: readonly [string, Readonly<Record<string, string>>, RegExp | undefined][] = [
    ['a slip in a name of ours', { REPLYWATCH_DATADIR: 'x' }, /^REPLYWATCH_DATADIR is set but not used by Replywatch; did you mean REPLYWATCH_DATA_DIR\?/],
    ['a slip in the secret of a source', { PIGEON_SECRET: 'x' }, /did you mean PIGEON_APP_SECRET\?/],
    ['a standard variable that is not supported', { OTEL_EXPORTER_OTLP_INSECURE: 'true' }, /^OTEL_EXPORTER_OTLP_INSECURE is set but not used/],
    ['a certificate that the library reads itself', { OTEL_EXPORTER_OTLP_CERTIFICATE: '/ca.pem' }, undefined],
    ['variables of others', { PATH: '/bin', LOGNAME: 'x', DATABASE_POOL: '3', PIGEON_HOUSE_COLOUR_OF_DOOR: 'red' }, undefined],
    ['a public address without TLS', { PUBLIC_URL: 'http://shop.example' }, /^PUBLIC_URL is not https/],
    ['a public address on this machine', { PUBLIC_URL: 'http://localhost:8080' }, undefined],
    ['telemetry for everyone', { TELEMETRY_HOST: '0.0.0.0' }, /^TELEMETRY_TOKEN is not set while/],
    ['a token that can be guessed', { TELEMETRY_TOKEN: 'abc' }, /^TELEMETRY_TOKEN is short enough/],
  ];
  test.each(rows)('%s', (_sentence, env, message) => {
    const found = load({ env }).warnings.map((warning) => `${warning.path} ${warning.message}`);
    expect(found).toHaveLength(message === undefined ? 0 : 1);
    if (message !== undefined) expect(found[0]).toMatch(message);
  });
});
