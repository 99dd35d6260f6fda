/** `npm run screenshots`: pictures of all dashboards of a running Grafana, light and dark. */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findBinary } from '../../exporter/stack/find.ts';
import { shoot } from './camera.ts';
import { BOARDS } from './index.ts';

const USAGE = `npm run screenshots -- [--url http://localhost:3000] [--out docs/images] [--only msg-overview,msg-cost] [--theme light|dark] [--width 1600] [--from now-7d] [--to now]

Opens every dashboard in a browser and writes <uid>-light.png and <uid>-dark.png. With --width 390 they are as on a telephone.
GRAFANA_TOKEN, or GRAFANA_USER and GRAFANA_PASSWORD, are sent to it; without them Grafana must let anybody look.
CHROMIUM names the browser when it is not on the PATH.
`;

const UNUSABLE = 2;

/** @returns 0, 1 when something on a dashboard failed, 2 when there is no Grafana, no browser or no such option */
export async function runScreenshots(argv: readonly string[], env: Readonly<Record<string, string | undefined>>, say: (line: string) => void): Promise<number> {
  if (argv.includes('--help')) {
    say(USAGE);
    return 0;
  }
  const options = read(argv);
  if (options === undefined) {
    say(USAGE);
    return UNUSABLE;
  }
  const browser = env['CHROMIUM'] ?? findBinary(['chromium', 'chromium-browser', 'google-chrome', 'chrome']);
  if (browser === undefined) {
    say('No Chromium on the PATH. Install it (Debian: apt-get install chromium), or name it with CHROMIUM.');
    return UNUSABLE;
  }
  const url = options.url.replace(/\/+$/, '');
  const version = await versionOf(url);
  if (version === undefined) {
    say(`No Grafana answers at ${url}. Start one (npm start, or docker compose up), or name it with --url.`);
    return UNUSABLE;
  }
  say(`Grafana ${version} at ${url}`);
  const only = options.only?.split(',');
  const pictures = await shoot({
    url, out: path.resolve(options.out), boards: BOARDS.filter(({ uid }) => only?.includes(uid) ?? true), browser, headers: headersOf(env), say,
    themes: options.themes, width: options.width,
    ...(options.from === undefined ? {} : { from: options.from }), ...(options.to === undefined ? {} : { to: options.to }),
  });
  return pictures.length > 0 && pictures.every(({ problems }) => problems.length === 0) ? 0 : 1;
}

function read(argv: readonly string[]) {
  try {
    const { values } = parseArgs({ args: [...argv], options: {
      url: { type: 'string', default: 'http://localhost:3000' }, out: { type: 'string', default: 'docs/images' }, only: { type: 'string' }, theme: { type: 'string' },
      width: { type: 'string', default: '1600' }, from: { type: 'string' }, to: { type: 'string' },
    } });
    const { theme } = values;
    const width = Number(values.width);
    if (!(width >= 200) || (theme !== undefined && theme !== 'light' && theme !== 'dark')) return undefined;
    return { ...values, themes: theme === undefined ? ['light', 'dark'] as const : [theme] as const, width };
  } catch {
    return undefined; // an option we do not have: the usage says which there are
  }
}

function headersOf({ GRAFANA_TOKEN: token, GRAFANA_USER: user, GRAFANA_PASSWORD: password }: Readonly<Record<string, string | undefined>>): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  return user === undefined ? {} : { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
}

/** https://grafana.com/docs/grafana/latest/developers/http_api/other/#health-api; it needs no login. */
async function versionOf(url: string): Promise<string | undefined> {
  try {
    const answer = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(10_000) });
    const health = await answer.json() as { readonly version?: string };
    return answer.ok ? health.version ?? 'of unknown version' : undefined;
  } catch {
    return undefined; // nobody there, or somebody else
  }
}

if (import.meta.main) process.exitCode = await runScreenshots(process.argv.slice(2), process.env, (line) => process.stdout.write(`${line}\n`));
