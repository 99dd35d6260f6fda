import { request } from 'node:http';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runbooks } from '../alerts/files.ts';
import { escapeHtml, renderPage } from '../../exporter/http/page.ts';
import { renderRunbook } from '../../exporter/http/runbook.ts';
import { listen, type Listening } from '../../exporter/http/server.ts';
import { insteadOfDashboard } from '../../exporter/http/instead-of-grafana.ts';
import { createTelemetryApp } from '../../exporter/http/telemetry-server.ts';

const model = {
  name: 'Replywatch', version: '0.1.0', links: [{ title: 'Metrics', href: '/metrics' }, { title: 'Trap', href: 'javascript:alert(1)' }],
  sources: [{ id: 'whatsapp', title: 'WhatsApp <b>', url: 'https://x.example/webhooks/whatsapp?key="a"&b', lastEventAt: Date.UTC(2026, 5, 9), eventsLastHour: 3, unknown: [{ kind: 'poll<i>', times: 4 }] },
    { id: 'chatwoot', title: 'Chatwoot', wants: 'CHATWOOT_SECRET' }],
  notes: ['A & B'],
};
let server: Listening | undefined;
let trouble: string | undefined;
beforeEach(() => { trouble = undefined; });
afterEach(() => server?.close(0));

async function start(tokens: readonly string[] = [], fails = false): Promise<(path: string, headers?: Record<string, string>) => Promise<Response>> {
  const app = createTelemetryApp({
    scrape: async (accept) => {
      if (fails) throw new Error('secret detail');
      return { contentType: 'text/plain', body: Buffer.from(`for ${accept}`) };
    },
    ready: () => trouble, page: () => model, episodes: { list: async () => ({ rows: [], hasMore: false, channels: [], inboxes: [] }), traceparent: async () => undefined, traceOf: () => undefined, timeline: async () => undefined }, runbooks: fileURLToPath(new URL('../../alerts/runbooks', import.meta.url)), tokens, onError: () => {},
  });
  const { port } = (server = await listen(app, '127.0.0.1', 0));
  return (path, headers = {}) => fetch(`http://127.0.0.1:${port}${path}`, { headers });
}

it.each([['/-/healthy', 200], ['/healthz', 200], ['/-/ready', 200], ['/readyz', 200], ['/metrics', 200], ['/', 200], ['/episodes', 200], ['/episodes/0123', 404], ['/runbooks/StoreUnavailable', 200], ['/runbooks', 200],
  ['/runbooks/Nothing', 404], ['/runbooks/..%2f..%2fpackage', 404], ['/nothing', 404]])('answers %s with %i', async (path, status) => {
  expect((await (await start())(path)).status).toBe(status);
});

it('hands the accepted format to the scrape', async () => {
  expect(await (await (await start())('/metrics', { accept: 'application/openmetrics-text' })).text()).toBe('for application/openmetrics-text');
});

it('is healthy but not ready in trouble, and says why', async () => {
  const get = await start();
  trouble = 'the database is away';
  const response = await get('/readyz');
  expect([response.status, await response.text(), (await get('/healthz')).status]).toEqual([503, 'the database is away\n', 200]);
  expect(await (await get('/')).text()).toContain('Not ready: the database is away');
});

it('hides what went wrong', async () => {
  const response = await (await start([], true))('/metrics');
  expect([response.status, (await response.text()).includes('secret')]).toEqual([500, false]);
});

it.each([
  ['no token', undefined, 401], ['a wrong one', 'Bearer cup', 401], ['a bearer token', 'Bearer saucer', 200],
  ['a password', `Basic ${btoa('any:saucer')}`, 200], ['a wrong password', `Basic ${btoa('saucer:cup')}`, 401], ['an empty password', `Basic ${btoa('any:')}`, 401],
])('answers %s with the right status everywhere', async (_, authorization, status) => {
  const get = await start(['saucer']);
  for (const path of ['/', '/metrics', '/episodes', '/healthz', '/readyz', '/runbooks', '/runbooks/Watchdog', '/d/msg-overview', '/explore']) {
    expect((await get(path, authorization === undefined ? {} : { authorization })).status).toBe(status);
  }
});

describe('the page', () => {
  it('escapes everything and links only where a browser may go', () => {
    const page = renderPage(model);
    expect(page).toContain('WhatsApp &lt;b&gt;');
    expect(page).toContain('key=&quot;a&quot;&amp;b');
    expect(page).not.toContain('javascript:');
    expect(page).toContain('<time datetime="2026-06-09T00:00:00.000Z">2026-06-09 00:00:00 UTC</time>');
    expect(page).toContain('<code>poll&lt;i&gt;</code> × 4');
    expect(page).toContain('off; CHATWOOT_SECRET would turn it on');
    expect(page).toContain('<p>A &amp; B</p>');
    expect(escapeHtml(`'`)).toBe('&#39;');
  });

  it('renders runbooks without letting HTML through', () => {
    const html = renderRunbook('# A <b>\n\n1. one `x < **y**`\n2. **two**\n\n- [page](https://x.example/a)\n\n```\n<script>\n```');
    expect(html).toContain('<h1>A &lt;b&gt;</h1>');
    expect(html).toContain('<code>x &lt; **y**</code>');
    expect(html).toContain('<li><strong>two</strong>\n</li></ol>');
    expect(html).toContain('<a href="https://x.example/a">page</a>');
    expect(html).toContain('&lt;script&gt;');
  });

  it('renders their tables, and no link to a page that is not served', () => {
    const html = renderRunbook('Text\n\n| a | `b` |\n|---|---:|\n| <1 | **2** |\n| 3 \\| 4 | |\n\nSee [pull.md](../../docs/pull.md).');
    expect(html.replaceAll('\n', '')).toBe('<p>Text</p><div class="wide"><table><tr><th>a</th><th><code>b</code></th></tr><tr><td>&lt;1</td><td><strong>2</strong></td></tr>'
      + '<tr><td>3 | 4</td><td></td></tr></table></div><p>See pull.md.</p>');
  });

  it('leaves no mark of Markdown in any runbook there is', () => {
    for (const [name, markdown] of runbooks) {
      const text = renderRunbook(markdown).replaceAll(/<code>[\s\S]*?<\/code>/g, '');
      expect([name, /^\s*[|#]|\*\*|\]\(/m.exec(text)]).toEqual([name, null]);
    }
  });
});

it('lists every runbook with what it is about', async () => {
  const page = await (await (await start())('/runbooks')).text();
  const files = readdirSync(fileURLToPath(new URL('../../alerts/runbooks', import.meta.url)));
  expect([...page.matchAll(/<li><a href="\/runbooks\/(\w+)">\1<\/a><br>[^<]{20}/g)].map(([, name]) => `${name}.md`)).toEqual(files.toSorted());
});

it.each([
  ['msg-overview', { 'var-channel': 'whatsapp', 'var-inbox': 'a & b' }, '/episodes?show=waiting&channel=whatsapp&inbox=a+%26+b'], ['msg-slow', { 'var-channel': '$__all', 'var-inbox': '7' }, '/episodes?show=slow&inbox=7'],
  ['msg-satisfaction', {}, '/episodes?show=unhappy'], ['msg-pipeline', {}, '/'], ['constructor', {}, '/'], ['msg-agents', { 'var-inbox': ['a', 'b'] }, '/episodes?show=waiting'],
])('stands in for the dashboard %s with variables %j at %s', (uid, variables, path) => {
  expect(insteadOfDashboard(uid, variables)).toBe(path);
});

it('answers a link to a dashboard with a page there is', async () => {
  const response = await (await start())('/d/msg-overview?var-inbox=support');
  expect([response.status, new URL(response.url).pathname + new URL(response.url).search]).toEqual([200, '/episodes?show=waiting&inbox=support']);
});

it('lets an answer under way finish when it closes', async () => {
  let begun = (): void => {};
  const arrived = new Promise<void>((resolve) => { begun = resolve; });
  const slow = await listen((_request, response) => { begun(); setTimeout(() => response.end('done'), 50); }, '127.0.0.1', 0);
  const answer = fetch(`http://127.0.0.1:${slow.port}/`).then((response) => response.text());
  await arrived;
  await slow.close(5_000);
  expect(await answer).toBe('done');
});

it('cuts what does not finish in time', async () => {
  let begun = (): void => {};
  const arrived = new Promise<void>((resolve) => { begun = resolve; });
  const stuck = await listen(() => begun(), '127.0.0.1', 0);
  const cut = new Promise((resolve) => request({ port: stuck.port, host: '127.0.0.1' }).on('error', resolve).end());
  await arrived;
  await stuck.close(20);
  expect(await cut).toBeInstanceOf(Error);
});
