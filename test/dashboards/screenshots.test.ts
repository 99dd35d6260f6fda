/** The camera in a real browser, in front of a stand-in for Grafana: its paths, and panels that appear when their queries have been answered. */
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runScreenshots } from '../../dashboards/src/screenshots.ts';

/** Below which path Grafana stands, where it has its dashboards, and what of it fails. */
let below = '';
let dashboards = '/api/dashboards/uid';
let failing: string | undefined;

/** Colours of the stand-in's page by theme, once its queries are answered; red before. */
const COLORS = { light: [240, 250, 245], dark: [20, 30, 25] } as const;
const page = (theme: keyof typeof COLORS): string => `<!doctype html><body style="margin:0;background:rgb(255,0,0)"><script>
(async () => {
  const board = await fetch('${below}${dashboards}/' + location.pathname.split('/').at(-1));
  const answer = board.ok && await fetch('${below}/api/ds/query', { method: 'POST', body: '{}' });
  if (answer) await answer.text();
  document.body.style.background = 'rgb(${COLORS[theme].join(',')})';
})();
</script>`;

const requests: { readonly url: string; readonly authorization: string | undefined }[] = [];
let server: Server;
let url: string;
let out: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname: whole, searchParams } = new URL(request.url ?? '', 'http://grafana');
    const pathname = whole.slice(below.length);
    requests.push({ url: request.url ?? '', authorization: request.headers.authorization });
    request.resume();
    if (pathname === '/api/health') response.end('{"version":"11.0.0"}');
    else if (pathname === '/d/msg-cost') response.writeHead(302, { location: '/login' }).end();
    else if (failing !== undefined && pathname.startsWith(failing)) response.writeHead(500).end('{}');
    else if (pathname.startsWith('/d/')) response.setHeader('content-type', 'text/html').end(page(searchParams.get('theme') === 'dark' ? 'dark' : 'light'));
    else if (pathname === '/api/ds/query') setTimeout(() => response.end('{}'), 300);
    else response.end('{}');
  });
  await new Promise<void>((ready) => { server.listen(0, '127.0.0.1', ready); });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  out = await mkdtemp(path.join(tmpdir(), 'pictures-'));
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
  await rm(out, { recursive: true });
});

const run = async (...more: readonly string[]): Promise<{ code: number; said: string }> => {
  const said: string[] = [];
  const code = await runScreenshots(['--url', `${url}${below}`, '--out', out, ...more], { GRAFANA_TOKEN: 'glsa_test' }, (line) => said.push(line));
  return { code, said: said.join('\n') };
};

/** Size and first pixel; every filter leaves that one as it is. https://www.w3.org/TR/png-3/#9Filters */
async function read(name: string): Promise<{ readonly width: number; readonly height: number; readonly first: readonly number[] }> {
  const png = await readFile(path.join(out, name));
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return { width: png.readUInt32BE(16), height: png.readUInt32BE(20), first: [...inflateSync(Buffer.concat(parts)).subarray(1, 4)] };
}

it('takes every dashboard in light and dark, when its queries are answered, and as tall as it is', { timeout: 240_000 }, async () => {
  const { code, said } = await run('--only', 'msg-start,msg-overview');
  expect(said).toContain('Grafana 11.0.0');
  expect(code, said).toBe(0);
  expect((await readdir(out)).sort()).toEqual(['msg-overview-dark.png', 'msg-overview-light.png', 'msg-start-dark.png', 'msg-start-light.png']);
  for (const theme of ['light', 'dark'] as const) {
    const picture = await read(`msg-overview-${theme}.png`);
    expect(picture.first).toEqual([...COLORS[theme]]);
    expect(picture.width).toBe(1600);
    expect(picture.height).toBeGreaterThan(18 * 38);
  }
  expect(requests.find((request) => request.url.startsWith('/d/msg-start'))).toEqual({ url: expect.stringMatching(/theme=light&from=now-7d&to=now&kiosk$/), authorization: 'Bearer glsa_test' });
});

it('takes telephones too, and names queries that fail', { timeout: 240_000 }, async () => {
  failing = '/api/ds/query';
  const { code, said } = await run('--only', 'msg-start', '--width', '390', '--theme', 'dark');
  expect(code).toBe(1);
  expect(said).toContain('/api/ds/query answers 500');
  expect((await read('msg-start-phone-dark.png')).width).toBe(2 * 390);
  expect((await run('--only', 'msg-cost', '--theme', 'light')).said).toContain('asks for a login');
});

it.each([
  ['Grafana 11 at the top', '', '/api/dashboards/uid'], ['Grafana 11 below a path', '/grafana', '/api/dashboards/uid'],
  ['Grafana 12 at the top', '', '/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards'], ['Grafana 13 below a path', '/ops/grafana', '/apis/dashboard.grafana.app/v2/namespaces/org-2/dashboards'],
])('names a dashboard that cannot be read: %s', { timeout: 120_000 }, async (_, path, api) => {
  [below, dashboards, failing] = [path, api, api];
  const { code, said } = await run('--only', 'msg-start', '--theme', 'light');
  expect(said).toContain(`${path}${api}/msg-start answers 500`);
  expect(code).toBe(1);
});

it('says what is missing', async () => {
  const said: string[] = [];
  expect(await runScreenshots(['--url', 'http://127.0.0.1:1'], {}, (line) => said.push(line))).toBe(2);
  expect(await runScreenshots(['--theme', 'pink'], {}, (line) => said.push(line))).toBe(2);
  expect(said.join('\n')).toMatch(/No Grafana answers[\s\S]*npm run screenshots -- /);
  expect(await runScreenshots(['--help'], {}, () => undefined)).toBe(0);
});
