/** Opens dashboards of a running Grafana in a browser and takes pictures of them. Knows nothing of Grafana's markup, which every version changes. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Board, Line } from './board.ts';

/** What to take, and where from. */
export interface Shoot {
  /** Grafana's address, without a slash at the end. */
  readonly url: string;
  /** Folder for the pictures, `<uid>-<theme>.png`. */
  readonly out: string;
  readonly boards: readonly Pick<Board, 'uid' | 'screen' | 'more' | 'from'>[];
  readonly themes: readonly ('light' | 'dark')[];
  /** Pixels; a telephone has 390. */
  readonly width: number;
  /** Grafana's notation; what each dashboard opens with when left out. */
  readonly from?: string;
  readonly to?: string;
  /** Sent with every request to Grafana, e.g. `authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The browser's program. */
  readonly browser: string;
  readonly say: (line: string) => void;
}

/** A picture, and what went wrong on the way to it. */
export interface Picture { readonly file: string; readonly problems: readonly string[] }

/** Height of one unit of the grid and of what Grafana puts around it, in pixels. */
const UNIT = 38;
const AROUND = 160;
/** Telephones show panels one below the other. */
const NARROW = 768;
/** Queries are over when none has been running for so long; panels draw in the meantime. */
const QUIET_MS = 1_500;
const PATIENCE_MS = 90_000;

/**
 * Without these a picture lacks something: dashboards, and what their panels and variables ask. Grafana 12 has dashboards under `/apis/`, and queries as well where
 * its query service is on. They may stand below a path of Grafana's own.
 */
const NEEDED = /\/api\/(ds\/query|dashboards|datasources)(\/|$)|\/apis\/(dashboard\.grafana\.app\/\w+\/namespaces\/[^/]+\/dashboards|query\.grafana\.app|[\w-]+\.datasource\.grafana\.app)\//;

/** Takes every dashboard in every theme, one after the other. */
export async function shoot(options: Shoot): Promise<readonly Picture[]> {
  await mkdir(options.out, { recursive: true });
  const browser = await chromium.launch({ executablePath: options.browser, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
  try {
    const pictures: Picture[] = [];
    for (const board of options.boards) {
      for (const theme of options.themes) {
        const picture = await take(browser, options, board, theme);
        options.say(`${picture.file}${picture.problems.map((problem) => `\n  ${problem}`).join('')}`);
        pictures.push(picture);
      }
    }
    return pictures;
  } finally {
    await browser.close();
  }
}

async function take(browser: Browser, { url, out, width, from, to, headers }: Shoot, board: Shoot['boards'][number], theme: 'light' | 'dark'): Promise<Picture> {
  const context = await browser.newContext({ viewport: { width, height: heightOf(board, width) }, colorScheme: theme, deviceScaleFactor: width < NARROW ? 2 : 1 });
  // To Grafana only: maps and pictures come from elsewhere, and a token is none of their business.
  await context.route((to) => to.href.startsWith(`${url}/`), (route) => route.continue({ headers: { ...route.request().headers(), ...headers } }));
  const page = await context.newPage();
  const file = path.join(out, `${board.uid}${width < NARROW ? '-phone' : ''}-${theme}.png`);
  const quiet = watch(page);
  try {
    const search = new URLSearchParams({ theme, from: from ?? board.from, to: to ?? 'now' });
    const answer = await page.goto(`${url}/d/${board.uid}?${search.toString()}&kiosk`, { timeout: PATIENCE_MS, waitUntil: 'domcontentloaded' });
    const problems = answer !== null && !answer.ok() ? [`the page answers ${answer.status()}`] : [];
    problems.push(...await quiet());
    if (new URL(page.url()).pathname.endsWith('/login')) problems.push('Grafana asks for a login');
    await page.screenshot({ path: file, animations: 'disabled' });
    return { file, problems };
  } finally {
    await context.close();
  }
}

/** Counts what is on its way. The returned function waits for the end and tells what failed. */
function watch(page: Page): () => Promise<string[]> {
  const problems = new Set<string>();
  let running = 0;
  let last = performance.now();
  const ended = (): void => {
    running -= 1;
    last = performance.now();
  };
  page.on('request', () => { running += 1; last = performance.now(); });
  page.on('requestfinished', ended);
  page.on('requestfailed', ended);
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (response.status() >= 400 && NEEDED.test(pathname)) problems.add(`${pathname} answers ${response.status()}`);
  });
  page.on('pageerror', (error) => problems.add(`the page fails: ${error.message.slice(0, 200)}`));
  return async () => {
    const end = performance.now() + PATIENCE_MS;
    while (running > 0 || performance.now() - last < QUIET_MS) {
      if (performance.now() > end) {
        problems.add(`still loading after ${PATIENCE_MS / 1000} s`);
        break;
      }
      await page.waitForTimeout(100);
    }
    return [...problems];
  };
}

/** All of it fits on the screen, so that panels load that wait until they are seen. Rows stay collapsed. */
function heightOf({ screen, more }: Shoot['boards'][number], width: number): number {
  const lines = (of: readonly Line[]): number => of.reduce((sum, { height, panels }) => sum + height * (width < NARROW ? panels.length : 1), 0);
  return AROUND + UNIT * (lines(screen) + more.length);
}
